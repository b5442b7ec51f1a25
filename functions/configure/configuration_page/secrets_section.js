import { checkList, checkSummary } from "./checks.js";
import { ask } from "./dialogs.js";
import { element, working } from "./elements.js";
import { areFilled, forgetErrors, showProblem } from "./forms.js";
import { graceField, graceNote } from "./grace_field.js";
import { manualWebhook } from "./manual_webhook.js";

const LABEL = "Day on which it expires";
const TOKEN_FIELDS = ["new_access_token", "new_expiry"];
const API_FIELDS = { access_token: "new_access_token", access_token_expires: "new_expiry" };

/** The access token, the webhook's secret, and the links to reports. */
export function secretsSection(section, repository) {
  section.append(
    element("h3", {}, "Access token"),
    noteExpiry(repository),
    element("p", {}, "A new one is checked first. If it cannot do the work, the one of now stays in use."),
    replaceToken(repository),
    element("h3", {}, "Webhook secret"),
    element("p", {}, "Bitbucket signs with it what it sends."),
    ...rotateWebhookSecret(repository),
    element("h3", {}, "Links to reports"),
    element("p", {}, "Who has the link of a pull request’s report can read it. After revoking, links that were posted lead nowhere, and open pull requests get new ones."),
    ...revokeLinks(repository),
  );
}

function replaceToken(repository) {
  const found = element("div", {});
  const problem = element("p", { class: "error", role: "alert" });
  const done = element("p", { class: "done", role: "status" });
  const form = element(
    "form",
    { method: "post", novalidate: true, class: "narrow" },
    field("new_access_token", "New access token", { type: "password", autocomplete: "off", spellcheck: "false", maxlength: 1000 }),
    field("new_expiry", `${LABEL} (optional)`, { type: "date" }),
    problem,
    element("button", {}, "Replace"),
    done,
    found,
  );
  forgetErrors(form, TOKEN_FIELDS);

  async function replace() {
    const { new_access_token: token, new_expiry: expires } = form.elements;
    found.replaceChildren();
    done.textContent = "";
    try {
      const body = { access_token: token.value, access_token_expires: expires.value || null };
      const changed = await repository.change("PATCH", "", body);
      form.reset();
      const others = changed.also_changed_for;
      done.textContent = others.length
        ? `The new access token is in use, here and for those that share it: ${others.join(", ")}.`
        : "The new access token is in use.";
      found.replaceChildren(
        ...(changed.manual_webhook ? [manualWebhook(changed.manual_webhook)] : []),
        checkSummary(changed.checks),
      );
    } catch (error) {
      if (!error.isProblem) throw error;
      error.fields = error.fields.map((one) => ({ ...one, field: API_FIELDS[one.field] ?? one.field }));
      if (error.checks.length) found.replaceChildren(element("h4", {}, "As far as it came"), checkList(error.checks));
      showProblem(form, TOKEN_FIELDS, error, problem);
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!areFilled(form, { new_access_token: "Enter the new access token." })) return;
    await working(form.querySelector("button"), "Checking the new token …", problem, replace);
  });
  return form;
}

/** The day of the token in use, for who has not noted it yet. */
function noteExpiry(repository) {
  const day = field("expiry", `${LABEL}, the one in use`, { type: "date" });
  const done = element("p", { class: "done", role: "status" });
  const problem = element("p", { class: "error", role: "alert" });
  const form = element("form", { method: "post", novalidate: true }, day, problem, element("button", {}, "Note the day"), done);
  const show = () => (form.elements.expiry.value = repository.view.access_token_expires ?? "");
  forgetErrors(form, ["expiry"]);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    done.textContent = "";
    await working(form.querySelector("button"), "Noting it …", problem, async () => {
      const expires = form.elements.expiry.value || null;
      await repository.change("PATCH", "", { access_token_expires: expires });
      done.textContent = expires ? "Noted. You are reminded two weeks before." : "Nothing is noted any more.";
    });
  });
  repository.addEventListener("change", show);
  show();
  return form;
}

function field(id, label, attributes) {
  return element(
    "div",
    { class: "field" },
    element("label", { for: id }, label),
    element("input", { id, name: id, "aria-describedby": `${id}-error`, ...attributes }),
    element("p", { class: "error", id: `${id}-error` }),
  );
}

function rotateWebhookSecret(repository) {
  const shown = element("div", { "aria-live": "polite" });
  const rotate = () => {
    const byHand = repository.view.webhook === "manual";
    const grace = graceField("What is signed with the one of now is accepted", byHand ? 10_080 : 60);
    ask({
      title: "Make a new webhook secret?",
      text: byHand
        ? "The webhook was entered by hand. Whoever did it has to enter the new secret, too."
        : "The webhook in Bitbucket gets the new one at once.",
      more: [grace.node],
      yes: "Make a new one",
      busy: "Making it …",
      work: async () => {
        const body = { what: "webhook_secret", grace_minutes: grace.minutes() };
        const rotated = await repository.change("POST", "/rotate", body);
        const webhook = rotated.manual_webhook;
        shown.replaceChildren(
          webhook ? manualWebhook(webhook) : element("p", { class: "done" }, "The webhook in Bitbucket has its new secret."),
          element("p", {}, ...graceNote(rotated)),
        );
      },
    });
  };
  return [element("button", { type: "button", click: rotate }, "New webhook secret"), shown];
}

function revokeLinks(repository) {
  const done = element("p", { class: "done", role: "status" });
  const revoke = () =>
    ask({
      title: "Revoke all links to reports?",
      text: "Whoever follows a link in a comment of before sees nothing any more, you included.",
      yes: "Revoke them",
      busy: "Revoking …",
      danger: true,
      work: async () => {
        await repository.change("POST", "/rotate", { what: "report_links" });
        done.textContent = "The links of before lead nowhere now.";
      },
    });
  return [element("button", { type: "button", click: revoke }, "Revoke links"), done];
}

import { call } from "./api.js";
import { checkList, checkSummary } from "./checks.js";
import { ciToken } from "./ci_token.js";
import { announce, element, fromTemplate, part, working } from "./elements.js";
import { areFilled, forgetErrors, showError, showProblem } from "./forms.js";
import { manualWebhook } from "./manual_webhook.js";
import { understood } from "./repository_address.js";
import { snippets } from "./snippets.js";
import { resultsUrls } from "./results_url.js";

const ADD_FIELDS = ["repository", "access_token", "access_token_expires"];
const HINTS = {
  cloud: "workspace/repository, or the address of any of its pages.",
  "data-center": "The address that the browser shows, such as https://bitbucket.example.com/projects/DATA/repos/jaffle-shop.",
};

/** Connects a repository, and shows in `replace` what came of it. */
export function addScreen(replace) {
  const screen = fromTemplate("add");
  const form = screen.querySelector("form");
  const checks = part(screen, "checks");
  const { kind, repository } = form.elements;
  forgetErrors(form, ADD_FIELDS);

  function showKind() {
    screen.dataset.kind = kind.value;
    form.querySelector("#repository-hint").textContent = HINTS[kind.value];
  }

  function echo() {
    const meant = understood(repository.value);
    const shown = form.querySelector("#understood");
    shown.textContent = meant?.name ? `${meant.name} on ${meant.server}` : "";
    if (meant?.problem) showError(form, "repository", meant.problem);
    // An address says on which Bitbucket it is.
    if (meant?.kind && meant.kind !== kind.value) {
      kind.value = meant.kind;
      showKind();
    }
  }

  async function connect() {
    checks.replaceChildren();
    const body = { repository: repository.value, access_token: form.elements.access_token.value };
    const expires = form.elements.access_token_expires.value;
    if (expires) body.access_token_expires = expires;
    try {
      // First, since what fails after connecting would cost the CI token, which is shown once.
      const urlOf = await resultsUrls();
      const { body: connected } = await call("POST", "/integrations", { body });
      replace(connectedScreen(connected, urlOf(connected.integration.id)));
    } catch (error) {
      if (!error.isProblem) throw error;
      if (error.checks.length) checks.replaceChildren(element("h2", {}, "As far as it came"), checkList(error.checks));
      showProblem(form, ADD_FIELDS, error, part(screen, "problem"));
    }
  }

  for (const one of kind) one.addEventListener("change", showKind);
  repository.addEventListener("input", echo);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const needed = {
      repository: "Enter the repository.",
      access_token: "Enter the access token that you made for this repository.",
    };
    if (!areFilled(form, needed)) return;
    const busy = "Checking the token, the repository and the webhook …";
    await working(form.querySelector("button.main"), busy, part(screen, "problem"), connect);
  });
  showKind();
  return screen;
}

function connectedScreen(connected, url) {
  const { integration } = connected;
  const screen = fromTemplate("connected");
  const isNew = connected.ci_token !== null;
  screen.querySelector("h1").textContent = `${integration.repository} is connected`;
  part(screen, "lead").textContent = isNew
    ? "Reports appear on its pull requests as soon as CI sends results."
    : "It was connected before: its access token was replaced and its webhook looked after. The CI token stays as it was.";
  if (isNew) part(screen, "ci-token").append(ciToken(connected.ci_token));
  if (connected.manual_webhook) {
    const title = element("h2", {}, "The webhook");
    part(screen, "manual-webhook").append(title, manualWebhook(connected.manual_webhook));
  }
  part(screen, "snippets").append(snippets(integration.provider, url, { open: true }));
  part(screen, "checks").append(checkSummary(connected.checks));
  part(screen, "onward").href = `#/repositories/${integration.id}`;
  announce(`${integration.repository} is connected`);
  return screen;
}

import { activitySection } from "./activity_section.js";
import { checkList, tally } from "./checks.js";
import { ciSection } from "./ci_section.js";
import { announce, element, facts, fromTemplate, part, workButton } from "./elements.js";
import { withLiveChecks } from "./live_checks.js";
import { manualWebhook } from "./manual_webhook.js";
import { removalSection } from "./removal_section.js";
import { stateOf } from "./repositories.js";
import { secretsSection } from "./secrets_section.js";
import { settingsSection } from "./settings_section.js";
import { ShownRepository } from "./shown_repository.js";
import { expiry, moment, providerName, spelledOut } from "./words.js";

const SECTIONS = {
  checks: checksSection,
  settings: settingsSection,
  ci: ciSection,
  secrets: secretsSection,
  activity: activitySection,
  removal: removalSection,
};

/** One repository: how it is, its settings and secrets, and what is to be done. */
export function repositoryScreen(id) {
  const screen = fromTemplate("repository");
  const repository = new ShownRepository(id);
  const summary = part(screen, "summary");

  async function begin() {
    try {
      await repository.load();
    } catch (error) {
      if (!error.isProblem) throw error;
      summary.replaceChildren(notThere(error, begin));
      return;
    }
    const sections = part(screen, "sections");
    for (const [name, fill] of Object.entries(SECTIONS)) filled(part(sections, name), repository, fill);
    sections.hidden = false;
  }

  repository.addEventListener("change", () => {
    screen.querySelector("h1").textContent = repository.view.repository;
    if (screen.isConnected) document.title = `${repository.view.repository} · Data diff reports`;
    summary.replaceChildren(...summaryOf(repository));
  });
  begin();
  return screen;
}

/** Fill a section. One that cannot be read says so, and the others are there all the same. */
async function filled(place, repository, fill) {
  const section = element("div", {});
  try {
    await fill(section, repository);
    place.replaceChildren(section);
  } catch (error) {
    if (!error.isProblem) throw error;
    place.replaceChildren(
      element("p", { class: "error", role: "alert" }, error.message),
      element("button", { type: "button", click: () => filled(place, repository, fill) }, "Try again"),
    );
  }
}

function notThere(error, again) {
  const gone = error.reason === "unknown_integration";
  return element(
    "div",
    { class: "empty" },
    element("p", { role: "alert" }, gone ? "This repository is not connected, or is no longer." : error.message),
    gone
      ? element("a", { class: "button", href: "#/" }, "See those that are")
      : element("button", { type: "button", click: again }, "Try again"),
  );
}

function summaryOf(repository) {
  const { view } = repository;
  const expires = expiry(view.access_token_expires);
  return [
    stateOf(view),
    ...noticesOf(view),
    facts([
      ["On", element("a", { href: view.repository_url, rel: "noreferrer" }, providerName(view.provider))],
      ["Last event", view.last_event ? moment(view.last_event.at) : "none yet"],
      ["Last report", view.last_report ? moment(view.last_report.at) : "none yet"],
      ["Webhook", view.webhook === "manual" ? "entered by hand" : "taken care of"],
      ["Access token", expires ? element("span", { class: expires.level }, expires.text) : "day of expiry not noted"],
      ["Connected", moment(view.created_at)],
    ]),
    pauseButton(repository),
  ].filter(Boolean);
}

/** What is not as it should be, the worst first. */
function noticesOf(view) {
  const notices = view.health.warnings.map((one) => element("p", { class: "notice" }, warningOf(one, view)));
  const { ok, reason, detail, since: begun } = view.health;
  if (!ok) {
    const cure = " “Check now” below says what to do.";
    notices.unshift(element("p", { class: "notice" }, `${detail || spelledOut(reason)} `, since(begun), cure));
  }
  if (view.setup === "incomplete") {
    const again = element("a", { href: "#/add" }, "Add it again");
    const goesOn = " with its access token: that goes on where it stopped.";
    notices.unshift(element("p", { class: "notice" }, "Connecting this repository stopped half-way. ", again, goesOn));
  }
  return notices;
}

function warningOf({ reason, detail }, view) {
  if (reason !== "access_token_expires_soon") return detail;
  return `The access token ${expiry(view.access_token_expires).text}. Create a new one in Bitbucket and replace it below, or note another day.`;
}

function since(iso) {
  return element("span", { class: "quiet" }, "Since ", moment(iso), ".");
}

function pauseButton(repository) {
  const { paused } = repository.view;
  const toggle = async () => {
    await repository.change("POST", paused ? "/resume" : "/pause");
    // What had the focus was made anew.
    document.querySelector(".pause button")?.focus();
    announce(paused ? "Reports are posted again" : "Reports are paused");
  };
  const text = paused
    ? "Nothing is posted. What comes in meanwhile is reported when you resume."
    : "Pausing keeps everything and posts nothing, until you resume.";
  return element(
    "div",
    { class: "pause" },
    workButton(paused ? "Resume" : "Pause", paused ? "Resuming …" : "Pausing …", toggle),
    element("p", { class: "quiet" }, text),
  );
}

function checksSection(section, repository) {
  const found = element("div", {});
  const check = async () => {
    const checked = await withLiveChecks(found, (query) => repository.act("POST", `/check${query}`));
    const said = tally(checked.checks);
    found.replaceChildren(
      element("p", { class: "lead" }, said),
      ...(checked.manual_webhook ? [manualWebhook(checked.manual_webhook)] : []),
      checkList(checked.checks),
    );
    announce(said);
  };
  section.append(
    element("p", {}, "Looks at all that is needed, from the connection to the last delivery. It repairs the webhook, and says what else is to be done."),
    workButton("Check now", "Checking …", check),
    found,
  );
}

// What becomes of many repositories, while it becomes it.
import { problemOfOne } from "./api.js";
import { checkSummary } from "./checks.js";
import { ask } from "./dialogs.js";
import { copies, copyable, element, fromTemplate, part } from "./elements.js";
import { sentences } from "./forms.js";
import { manualWebhook } from "./manual_webhook.js";
import { repositoriesCounted } from "./words.js";

/**
 * The screen of a ConnectingMany. `urlOf` says where an integration's results go; `mend` lets a
 * person change what was refused, `finish` is for who has seen all.
 */
export function manyScreen(many, urlOf, { mend, finish }) {
  const screen = fromTemplate("many");
  const title = screen.querySelector("h1");
  const buttons = {
    stop: button("Stop", () => many.stop()),
    goOn: button("Go on", () => many.goOn(), "main"),
    retry: button("", () => many.retry(), "main"),
    mend: button("Change addresses or token", mend),
    finish: button("Connect others", () => leave(many, finish)),
  };
  part(screen, "actions").append(...Object.values(buttons));
  part(screen, "copy-all").append(copyAllButton(many, urlOf, part(screen, "connected")));
  const shown = { refused: new ShownResults(screen, "refused", refusedItem), connected: new ShownResults(screen, "connected", connectedItem) };

  function update() {
    const { connected, refused, running, stopping, unfinished } = many;
    const idle = document.activeElement;
    title.textContent = titleOf(many);
    part(screen, "progress").textContent = progressOf(many);
    part(screen, "problem").textContent = many.problem?.message ?? "";
    shown.refused.show(refused);
    shown.connected.show(connected);
    const withToken = connected.some((one) => one.ci_token);
    part(screen, "tokens").hidden = part(screen, "copy-all").hidden = !withToken;
    buttons.retry.textContent = refused.length === 1 ? "Try it again" : `Try these ${refused.length} again`;
    buttons.stop.hidden = !running || stopping;
    buttons.goOn.hidden = running || !unfinished;
    buttons.retry.hidden = running || unfinished || !refused.length;
    buttons.mend.hidden = running || !(unfinished || refused.length);
    buttons.finish.hidden = running;
    // The button that had the focus may be gone.
    if (idle.hidden && screen.contains(idle)) title.focus();
  }

  many.addEventListener("change", update);
  return screen;
}

class ShownResults {
  #items = new Map();

  constructor(screen, name, item) {
    this.list = part(screen, name);
    this.item = item;
  }

  /** Show these results. Those that are shown already stay as they are, with the focus in them. */
  show(results) {
    const wanted = new Set(results);
    for (const [result, item] of this.#items) {
      if (wanted.has(result)) continue;
      item.remove();
      this.#items.delete(result);
    }
    for (const result of results) {
      if (this.#items.has(result)) continue;
      this.#items.set(result, this.item(result));
      this.list.append(this.#items.get(result));
    }
    this.list.closest("section").hidden = !results.length;
  }
}

function titleOf({ running, unfinished, connected, refused }) {
  if (running) return "Connecting repositories";
  const number = connected.length;
  if (unfinished) return `${repositoriesCounted(number)} connected so far`;
  const all = number + refused.length;
  const some = refused.length ? `${number} of ${repositoriesCounted(all)}` : repositoriesCounted(number);
  return `${some} ${number === 1 ? "is" : "are"} connected`;
}

function progressOf(many) {
  const { tried, all } = many.progress;
  const done = all === null ? `${repositoriesCounted(tried)} done` : `${tried} of ${repositoriesCounted(all)} done`;
  if (many.stopping && many.running) return `${done}. It stops after those that are being connected now …`;
  if (many.running && tried) return `${done}. The next ones are being connected …`;
  if (many.running) return "The first ones are being connected. That may take half a minute …";
  if (many.unfinished) return `${many.problem ? "" : "Stopped. "}${done}. What is connected stays so.`;
  if (many.refused.length) return "Below is what is in the way, and what to do about it.";
  if (!many.results.size) return "The access token sees no repository there.";
  return "Reports appear on their pull requests as soon as CI sends results.";
}

function refusedItem({ repository, problem: body }) {
  const problem = problemOfOne(body);
  const cures = problem.checks.filter((one) => one.status === "failed" && one.cure).map((one) => one.cure);
  const named = problem.fields;
  return element(
    "li",
    {},
    heading("failed", "✕", element("b", {}, repository), "not connected"),
    element("p", {}, named.length ? sentences(named, problem) : problem.message),
    ...cures.map((cure) => element("p", { class: "cure" }, cure)),
  );
}

function connectedItem({ integration, ci_token, checks, manual_webhook }) {
  const name = element("a", { href: `#/repositories/${integration.id}` }, integration.repository);
  return element(
    "li",
    {},
    manual_webhook ? heading("warned", "!", name, "connected, but its webhook is to be entered by hand") : heading("passed", "✓", name, "connected"),
    ci_token ? copyable(`CI token of ${integration.repository}`, ci_token) : element("p", { class: "quiet" }, "It was connected before. Its CI token stays as it was."),
    manual_webhook ? element("details", {}, element("summary", {}, "Its webhook"), manualWebhook(manual_webhook)) : null,
    checks.every((one) => one.status === "ok" && !one.repaired) ? null : checkSummary(checks),
  );
}

function heading(level, sign, name, word) {
  return element(
    "p",
    {},
    element("span", { class: `sign ${level}`, "aria-hidden": "true" }, `${sign} `),
    name,
    element("span", { class: "quiet" }, ` ${word}`),
  );
}

/** Takes all along: a line for each, ready for a table or a script. */
function copyAllButton(many, urlOf, list) {
  const copied = element("button", { type: "button" }, "Copy all: repository, address for results, CI token");
  const lines = () => {
    many.copied = true;
    const withToken = many.connected.filter((one) => one.ci_token);
    return withToken.map(({ integration, ci_token }) => [integration.repository, urlOf(integration.id), ci_token].join("\t")).join("\n");
  };
  copies(copied, "The list with all CI tokens", lines, list);
  return copied;
}

function leave(many, finish) {
  if (!many.unsaved) return finish();
  ask({
    title: "Have you copied the CI tokens?",
    text: "They are not shown again. A repository’s page makes a new one.",
    yes: "Forget them",
    busy: "Forgetting them …",
    work: finish,
  });
}

function button(text, click, kind = null) {
  return element("button", { type: "button", class: kind, click }, text);
}

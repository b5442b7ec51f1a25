import { call } from "./api.js";
import { announce, element, fromTemplate, part, working } from "./elements.js";
import { expiry, moment, providerName, repositoriesCounted } from "./words.js";

const PAGE = 50;

/** All repositories, narrowed down while typing. */
export function repositoriesScreen() {
  const screen = fromTemplate("repositories");
  const form = screen.querySelector("form");
  const list = part(screen, "list");
  const more = part(screen, "more");
  const problem = element("p", { class: "error", role: "alert" });
  more.after(problem);
  let next = null;
  let latest = 0;
  let rows = null;

  function query() {
    const { repository, provider, state } = form.elements;
    const wanted = new URLSearchParams({ limit: PAGE });
    if (repository.value.trim()) wanted.set("repository", repository.value.trim());
    if (provider.value) wanted.set("provider", provider.value);
    if (state.value) wanted.set(...state.value.split("="));
    return wanted;
  }

  async function load(after) {
    const mine = ++latest;
    const wanted = query();
    const narrowed = [...wanted.keys()].length > 1;
    if (after) wanted.set("after", after);
    const { body } = await call("GET", `/integrations?${wanted}`);
    // A later one has overtaken it.
    if (mine !== latest) return;
    if (!after) {
      rows = element("ul", { class: "repositories" });
      list.replaceChildren(rows);
    }
    rows.append(...body.integrations.map(row));
    next = body.next;
    more.hidden = next === null;
    if (!rows.children.length && next === null) list.replaceChildren(narrowed ? nothingFits() : noneConnected());
    announce(counted(rows.children.length, next !== null));
  }

  async function search() {
    problem.textContent = "";
    try {
      await load(null);
    } catch (error) {
      if (!error.isProblem) throw error;
      list.replaceChildren();
      problem.textContent = error.message;
    }
  }

  function nothingFits() {
    const all = element("button", { type: "button", click: () => { form.reset(); form.elements.repository.focus(); search(); } }, "Show all");
    return element("div", { class: "empty" }, element("p", {}, "No repository fits this filter."), all);
  }

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 250);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", async () => {
    const before = rows.children.length;
    await working(more, "Loading …", problem, () => load(next));
    rows.children[before]?.querySelector("a").focus();
  });
  search();
  return screen;
}

function noneConnected() {
  return element(
    "div",
    { class: "empty" },
    element("p", {}, "No repository is connected yet. It takes a minute and an access token of the repository."),
    element("a", { class: "button main", href: "#/add" }, "Add the first one"),
  );
}

function row(view) {
  const expires = expiry(view.access_token_expires);
  return element(
    "li",
    {},
    element(
      "div",
      { class: "what" },
      element("a", { href: `#/repositories/${view.id}` }, view.repository),
      element("span", { class: "quiet" }, providerName(view.provider)),
    ),
    stateOf(view),
    element(
      "div",
      { class: "when quiet" },
      said("Last event", view.last_event?.at),
      said("Last report", view.last_report?.at),
      expires ? element("span", { class: expires.level }, `Token ${expires.text}`) : null,
    ),
  );
}

/** Whether it works, in a word with a sign. */
export function stateOf(view) {
  const states = [];
  if (view.paused) states.push(["paused", "‖", "Paused"]);
  if (view.setup === "incomplete") states.push(["failed", "✕", "Not finished"]);
  else if (!view.health.ok) states.push(["failed", "✕", "Needs attention"]);
  else if (!view.paused) states.push(["passed", "✓", "Working"]);
  return element(
    "div",
    { class: "states" },
    ...states.map(([level, sign, word]) =>
      element("span", { class: `level ${level}` }, element("span", { "aria-hidden": "true" }, `${sign} `), word),
    ),
  );
}

function said(what, iso) {
  return element("span", {}, `${what}: `, iso ? moment(iso) : "none yet");
}

function counted(number, more) {
  if (number === 0) return "No repositories";
  return `${repositoriesCounted(number)}${more ? ", and there are more" : ""}`;
}

import { apiDescription } from "./api.js";
import { announce, element, working } from "./elements.js";
import { resolved } from "./schemas.js";
import { settingField } from "./setting_field.js";
import { spelledOut } from "./words.js";

// Settings that are in no group come under the last one.
const GROUPS = [
  ["What makes a report fail or warn", ["primary_key_problem", "failed_diff", "removed_column", "retyped_column", "thresholds"]],
  ["What is left out", ["ignore_models", "ignore_columns", "base_branches", "draft_pull_requests", "skip_marker"]],
  ["Values of rows", ["sample_rows", "masked_columns"]],
  ["What is posted", ["comment", "build_status", "code_insights", "pending_status", "wait_minutes"]],
];

/** A form with every setting that the API describes. Throws a Problem. */
export async function settingsSection(section, repository) {
  const description = await apiDescription();
  const schema = description.components.schemas.ReportSettings;
  const rows = new Map(
    Object.entries(schema.properties).map(([name, property]) => [
      name,
      settingRow(name, resolved(property, description), description, updateCount),
    ]),
  );
  const groups = groupsOf(rows);
  const unsaved = element("span", { class: "quiet", role: "status" });
  const problem = element("p", { class: "error", role: "alert" });
  const discard = element("button", { type: "button", hidden: true }, "Discard changes");
  const save = element("button", { class: "main" }, "Save settings");
  const form = element(
    "form",
    { method: "post", novalidate: true },
    ...groups.map((group) => group.node),
    problem,
    element("div", { class: "row" }, save, discard, unsaved),
  );

  function edited() {
    return [...rows.values()].filter((row) => row.isEdited());
  }

  function updateCount() {
    const number = edited().length;
    for (const group of groups) group.count();
    discard.hidden = number === 0;
    unsaved.textContent = number === 0 ? "" : number === 1 ? "One change is not saved." : `${number} changes are not saved.`;
  }

  /** Show what is stored, and leave alone what somebody is about to change here. */
  function show() {
    for (const [name, row] of rows) row.showStored(repository.view.settings[name]);
    updateCount();
  }

  async function store() {
    for (const row of rows.values()) row.showError("");
    const changed = edited();
    if (!changed.length) {
      announce("There is nothing to save");
      return;
    }
    const settings = Object.fromEntries(changed.map((row) => [row.name, row.toSend()]));
    try {
      const sent = changed.map((row) => [row, row.value()]);
      await repository.change("PATCH", "", { settings });
      for (const [row, value] of sent) row.saved(value);
      show();
      announce("Settings saved");
      unsaved.textContent = "Saved. The next report goes by it.";
    } catch (error) {
      if (!error.isProblem) throw error;
      if (!showAtSettings(error, rows)) throw error;
    }
  }

  discard.addEventListener("click", () => {
    for (const row of rows.values()) row.discard();
    updateCount();
    save.focus();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await working(save, "Saving …", problem, store);
  });
  repository.addEventListener("change", show);
  section.append(element("p", {}, "The defaults are made to be left alone. What you change is marked."), form);
  show();
}

/** The groups: an element for each, and `count()` to say how many in it are not the default. */
function groupsOf(rows) {
  const listed = GROUPS.flatMap(([, names]) => names);
  const others = [...rows.keys()].filter((name) => !listed.includes(name));
  return GROUPS.map(([title, names], at) => {
    const all = at === GROUPS.length - 1 ? [...names, ...others] : names;
    const inside = all.filter((name) => rows.has(name)).map((name) => rows.get(name));
    const mark = element("span", { class: "mark" });
    const summary = element("summary", {}, title, mark);
    const node = element("details", {}, summary, ...inside.map((row) => row.node));
    return {
      node,
      count() {
        const changed = inside.filter((row) => !row.isDefault()).length;
        mark.hidden = changed === 0;
        mark.textContent = `${changed} changed`;
      },
    };
  });
}

/** Whether the problem names settings: each then says what is wrong with it. */
function showAtSettings(problem, rows) {
  let first = null;
  for (const { field, message } of problem.fields) {
    const row = rows.get(field.replace(/^settings\./, "").split(".")[0]);
    row?.showError(message);
    first ??= row;
  }
  first?.focus();
  return Boolean(first);
}

function settingRow(name, property, description, tell) {
  const id = `setting-${name}`;
  const label = spelledOut(name);
  const byDefault = property.default;
  let stored = byDefault;
  const error = element("p", { class: "error", id: `${id}-error` });
  const mark = element("span", { class: "mark" }, "changed");
  const reset = element("button", { type: "button", class: "reset", "aria-label": `Reset ${label} to its default` }, "Reset to default");
  const field = settingField({ id, label, property, description, described: `${id}-hint ${id}-error`, changed });
  const node = element("div", { class: `field setting ${field.kind}` });
  const hint = element(
    "p",
    { class: "hint", id: `${id}-hint` },
    `${property.description} Default: ${field.words(byDefault)}. `,
    reset,
  );
  node.append(...field.layout(mark), hint, ...field.below, error);

  function changed() {
    const differs = !same(field.value(), byDefault);
    mark.hidden = !differs;
    reset.hidden = !differs;
    error.textContent = "";
    tell();
  }

  field.set(byDefault);
  reset.addEventListener("click", () => {
    field.set(byDefault);
    changed();
    field.focus();
  });

  return {
    name,
    node,
    focus() {
      node.closest("details").open = true;
      field.focus();
    },
    isDefault: () => same(field.value(), byDefault),
    value: () => field.value(),
    isEdited: () => !same(field.value(), stored),
    toSend: () => (same(field.value(), byDefault) ? null : field.value()),
    discard() {
      field.set(stored);
      changed();
    },
    saved(value) {
      stored = value;
    },
    showStored(value) {
      const untouched = !this.isEdited();
      stored = value;
      if (untouched) field.set(value);
      changed();
    },
    showError(text) {
      error.textContent = text;
    },
  };
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

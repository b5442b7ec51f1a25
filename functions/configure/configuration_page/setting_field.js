// One setting's field, of the kind that its schema asks for.
import { element } from "./elements.js";
import { resolved } from "./schemas.js";
import { limitsField } from "./limits_field.js";
import { spelledOut } from "./words.js";

/**
 * A field: its elements, `value()` and `set()`, and `words(value)` as people say it. `changed` is
 * called whenever somebody changes it. `layout` puts label and field together with a mark.
 */
export function settingField(wanted) {
  const { property, description } = wanted;
  if (property.enum) return choice(wanted);
  if (property.type === "boolean") return onOrOff(wanted);
  if (property.type === "integer") return number(wanted);
  if (property.type === "array") {
    const items = resolved(property.items, description);
    return items.type === "object" ? limitsField(wanted, items) : lines(wanted);
  }
  return text(wanted);
}

function choice({ id, label, property, described, changed }) {
  const options = property.enum.map((one) => element("option", { value: one }, spelledOut(one)));
  const select = element("select", { id, "aria-describedby": described, change: changed }, ...options);
  return {
    ...simple("choice", id, label, select),
    value: () => select.value,
    set: (value) => (select.value = value),
    words: spelledOut,
  };
}

function onOrOff({ id, label, described, changed }) {
  const box = element("input", { type: "checkbox", id, "aria-describedby": described, change: changed });
  return {
    kind: "switch",
    below: [],
    layout: (mark) => [element("div", { class: "label" }, element("label", {}, box, ` ${label}`), mark)],
    focus: () => box.focus(),
    value: () => box.checked,
    set: (value) => (box.checked = value),
    words: (value) => (value ? "on" : "off"),
  };
}

function number({ id, label, property, described, changed }) {
  const limits = { min: property.minimum, max: property.maximum };
  const input = element("input", { type: "number", step: 1, id, ...limits, "aria-describedby": described, input: changed });
  return {
    ...simple("number", id, label, input),
    // What is no number is the API's to refuse.
    value: () => (input.value === "" ? "" : Number(input.value)),
    set: (value) => (input.value = value),
    words: String,
  };
}

function text({ id, label, property, described, changed }) {
  const input = element("input", { type: "text", id, maxlength: property.maxLength, "aria-describedby": described, input: changed });
  return {
    ...simple("text", id, label, input),
    value: () => input.value,
    set: (value) => (input.value = value),
    words: (value) => value || "none",
  };
}

function lines({ id, label, described, changed }) {
  const area = element("textarea", { id, rows: 2, spellcheck: "false", placeholder: "One to a line", "aria-describedby": described, input: changed });
  return {
    ...simple("lines", id, label, area),
    value: () => area.value.split("\n").map((one) => one.trim()).filter(Boolean),
    set(value) {
      area.value = value.join("\n");
      area.rows = Math.max(2, Math.min(value.length + 1, 12));
    },
    words: (value) => value.join(", ") || "none",
  };
}

function simple(kind, id, label, field) {
  return {
    kind,
    below: [field],
    layout: (mark) => [element("div", { class: "label" }, element("label", { for: id }, label), mark)],
    focus: () => field.focus(),
  };
}

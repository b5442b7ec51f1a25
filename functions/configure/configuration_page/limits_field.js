// A list of objects with limits in them, such as thresholds: one box for each.
import { element } from "./elements.js";
import { resolved } from "./schemas.js";
import { spelledOut } from "./words.js";

/** Like `settingField`, for an array of objects of texts and of objects of numbers. */
export function limitsField({ id, label, description, described, changed }, items) {
  const members = Object.entries(items.properties).map(([name, one]) => [name, resolved(one, description)]);
  const boxes = element("div", { class: "boxes" });
  const add = element("button", { type: "button", id, "aria-describedby": described }, "Add limits");

  function renumber() {
    for (const [at, box] of [...boxes.children].entries()) {
      box.querySelector("legend").textContent = `Limits ${at + 1}`;
    }
  }

  function addBox(value) {
    const box = limitsBox(members, description, changed, () => {
      const next = box.nextElementSibling ?? box.previousElementSibling;
      box.remove();
      renumber();
      changed();
      (next?.querySelector("input") ?? add).focus();
    });
    fill(box, value);
    boxes.append(box);
    renumber();
    return box;
  }

  add.addEventListener("click", () => {
    const box = addBox({});
    changed();
    box.querySelector("input").focus();
  });
  return {
    kind: "limits",
    below: [boxes, add],
    layout: (mark) => [element("div", { class: "label" }, element("b", {}, label), mark)],
    focus: () => add.focus(),
    value: () => [...boxes.children].map((box) => read(box, members)),
    set(value) {
      boxes.replaceChildren();
      value.forEach(addBox);
    },
    words: (value) => (value.length ? JSON.stringify(value) : "none"),
  };
}

function limitsBox(members, description, changed, remove) {
  const fields = members.map(([name, one]) => {
    if (one.type === "string") {
      const input = element("input", { type: "text", "data-member": name, spellcheck: "false", placeholder: one.default, input: changed });
      return element("label", { class: "wide" }, spelledOut(name), " ", element("span", { class: "quiet" }, one.description), input);
    }
    const numbers = Object.keys(one.properties).map((limit) =>
      element(
        "label",
        {},
        `${spelledOut(limit)} `,
        element("input", { type: "number", min: 0, step: "any", "data-member": name, "data-limit": limit, input: changed }),
        " %",
      ),
    );
    const says = name === "match" ? "below" : "above";
    return element(
      "div",
      { class: "limit", role: "group", "aria-label": `${spelledOut(name)}, ${says}` },
      element("span", {}, `${spelledOut(name)}, ${says} `, element("span", { class: "quiet" }, one.description)),
      ...numbers,
    );
  });
  return element(
    "fieldset",
    { class: "box" },
    element("legend", {}),
    ...fields,
    element("button", { type: "button", class: "reset", click: remove }, "Remove these limits"),
  );
}

function fill(box, value) {
  for (const input of box.querySelectorAll("input")) {
    const { member, limit } = input.dataset;
    input.value = (limit ? value[member]?.[limit] : value[member]) ?? "";
  }
}

/** As the API writes it: every member is there, and null where there is no limit. */
function read(box, members) {
  return Object.fromEntries(
    members.map(([name, one]) => {
      const inputs = [...box.querySelectorAll(`[data-member="${name}"]`)];
      if (one.type === "string") return [name, inputs[0].value.trim() || one.default];
      if (inputs.every((input) => input.value === "")) return [name, null];
      return [name, Object.fromEntries(inputs.map((input) => [input.dataset.limit, input.value === "" ? null : Number(input.value)]))];
    }),
  );
}

import { element } from "./elements.js";
import { moment } from "./words.js";

const CHOICES = [[0, "not at all"], [60, "for an hour"], [1440, "for a day"], [10_080, "for a week"]];

/** How long a secret that is replaced is accepted: an element, and the minutes that are chosen. */
export function graceField(label, chosen) {
  const options = CHOICES.map(([minutes, text]) =>
    element("option", { value: minutes, selected: minutes === chosen }, text),
  );
  const select = element("select", {}, ...options);
  return { node: element("p", {}, element("label", {}, `${label} `, select)), minutes: () => Number(select.value) };
}

/** What is to be known about the secret that was replaced: text, and elements in it. */
export function graceNote(rotated) {
  const note = [];
  if (!rotated.made) note.push("It was made before, by a rotation that is still under way. ");
  if (rotated.grace_until) note.push("The former one is accepted until ", moment(rotated.grace_until), ".");
  else note.push("The former one is not accepted any more.");
  return note;
}

// Forms: errors stand at the field that they name, and the first of them gets the focus.

/** Show a field's error, or with an empty text that there is none. */
export function showError(form, name, text) {
  const field = form.elements[name];
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  form.querySelector(`#${name}-error`).textContent = text;
}

/** Clear a field's error as soon as it is typed into. */
export function forgetErrors(form, names) {
  for (const name of names) {
    form.elements[name].addEventListener("input", () => showError(form, name, ""));
  }
}

/** Whether all fields are filled; says at each that is not what it needs. */
export function areFilled(form, needed) {
  let first = null;
  for (const [name, text] of Object.entries(needed)) {
    const missing = !form.elements[name].value.trim();
    showError(form, name, missing ? text : "");
    if (missing) first ??= form.elements[name];
  }
  first?.focus();
  return first === null;
}

/** Show a problem at the fields that it names, and what it says of no field in `elsewhere`. */
export function showProblem(form, names, problem, elsewhere) {
  let first = null;
  for (const name of names) {
    const named = problem.fields.filter((one) => one.field === name);
    showError(form, name, named.length ? sentences(named, problem) : "");
    if (named.length) first ??= form.elements[name];
  }
  elsewhere.textContent = first ? "" : problem.message;
  first?.focus();
}

/** What is wrong, in words that stand beside the thing that it is about. */
export function sentences(named, problem) {
  // What is wrong with one field alone, the problem's own sentence says best: it has the cure.
  if (problem.fields.length === 1 && problem.reason !== "invalid_request") return problem.message;
  return named.map((one) => sentence(one.message)).join(" ");
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

// The CI token, which is shown once.
import { copyable, element } from "./elements.js";

/** The token to take along now. `note` says what else there is to know about it. */
export function ciToken(token, note = "") {
  return element(
    "div",
    { class: "notice once" },
    element("h3", {}, "CI token"),
    element("p", {}, "Copy it now: it is shown this once. With it CI sends results for this repository, and can do nothing else."),
    copyable("CI token", token),
    note ? element("p", { class: "note" }, ...note) : null,
  );
}

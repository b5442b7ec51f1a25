import { element, working } from "./elements.js";

/**
 * Ask before something is done. The dialog stays open until it is done, and says why it could not
 * be. `more` are elements between question and buttons; `ready` says whether it may be done by now.
 */
export function ask({ title, text, yes, busy, work, more = [], ready = () => true, danger = false }) {
  const problem = element("p", { class: "error", role: "alert" });
  const doIt = element("button", { class: danger ? "danger" : "main" }, yes);
  const cancel = element("button", { type: "button", click: () => dialog.close() }, "Cancel");
  const form = element(
    "form",
    { method: "dialog", novalidate: true },
    element("h2", { id: "dialog-title" }, title),
    element("p", {}, text),
    ...more,
    problem,
    element("div", { class: "row" }, doIt, cancel),
  );
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!ready()) return;
    if (await working(doIt, busy, problem, work)) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// Elements are made and filled as text only: the page's policy lets nobody parse HTML.

/** A copy of a screen's template in index.html. */
export function fromTemplate(name) {
  return document.getElementById(`${name}-screen`).content.cloneNode(true).firstElementChild;
}

/** The element that a template marks with `data-part`. */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

/** An element. Functions become its event handlers, true an attribute without a value. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Names and values, one below the other. Values that are null are left out. */
export function facts(pairs) {
  const list = element("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value !== null) list.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  }
  return list;
}

/** Say something to who does not see the screen. */
export function announce(text) {
  const announcement = document.getElementById("announcement");
  // The same text again would not be read.
  announcement.textContent = "";
  setTimeout(() => (announcement.textContent = text), 50);
}

/** A text to take along, with a button that copies it. `label` says what it is. */
export function copyable(label, text, { long = false } = {}) {
  const shown = long
    ? element("pre", { tabindex: "0", role: "region", "aria-label": label }, element("code", {}, text))
    : element("code", { class: "value" }, text);
  const button = element("button", { type: "button", class: "copy", "aria-label": `Copy ${label}` }, "Copy");
  copies(button, label, () => text, shown);
  return element("div", { class: long ? "copyable long" : "copyable" }, shown, button);
}

/** Let a button copy `text()`. Where the browser does not allow that, `shown` is selected. */
export function copies(button, label, text, shown) {
  const says = button.textContent;
  let back;
  button.addEventListener("click", async () => {
    clearTimeout(back);
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
      announce(`${label} copied`);
    } catch {
      getSelection().selectAllChildren(shown);
      button.textContent = "Selected";
      announce(`The browser does not let this page copy. ${label} is selected.`);
    }
    back = setTimeout(() => (button.textContent = says), 2000);
  });
}

/** A button whose work takes a while: it cannot be pressed twice, and says what went wrong. */
export function workButton(text, busyText, work, attributes = {}) {
  const button = element("button", { type: "button", ...attributes }, text);
  const problem = element("p", { class: "error", role: "alert" });
  button.addEventListener("click", () => working(button, busyText, problem, work));
  return element("div", { class: "work" }, button, problem);
}

/** Do work that a button began. A failure is said in `problem`; whether there was none. */
export async function working(button, busyText, problem, work) {
  if (button.getAttribute("aria-disabled") === "true") return false;
  const text = button.textContent;
  // A button that is disabled would lose the focus.
  button.setAttribute("aria-disabled", "true");
  button.textContent = busyText;
  problem.textContent = "";
  announce(busyText);
  try {
    await work();
    return true;
  } catch (error) {
    if (!error.isProblem) throw error;
    problem.textContent = error.message;
    return false;
  } finally {
    button.removeAttribute("aria-disabled");
    button.textContent = text;
  }
}

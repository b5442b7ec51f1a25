import { call } from "./api.js";
import { ask } from "./dialogs.js";
import { announce, element } from "./elements.js";

/** Takes the repository away, after its name was typed. */
export function removalSection(section, repository) {
  const remove = () => {
    const { repository: name } = repository.view;
    const wrong = element("p", { class: "error", id: "typed-error" });
    const typed = element("input", { id: "typed", autocomplete: "off", spellcheck: "false", "aria-describedby": "typed-error" });
    ask({
      title: `Remove ${name}?`,
      text: "Its webhook, its access token and all that is stored about it go. Comments and build statuses stay in Bitbucket.",
      more: [element("div", { class: "field" }, element("label", { for: "typed" }, `Type ${name} to go on`), typed, wrong)],
      yes: "Remove it",
      busy: "Removing …",
      danger: true,
      ready: () => {
        const fits = typed.value.trim() === name;
        wrong.textContent = fits ? "" : `This is not ${name}.`;
        if (!fits) typed.focus();
        return fits;
      },
      work: async () => {
        const removed = await removedCompletely(repository);
        showRemoved(section.closest(".sections").parentElement, name, removed);
      },
    });
  };
  section.append(
    element("p", {}, "Disconnects the repository and forgets all about it."),
    element("button", { type: "button", class: "danger", click: remove }, "Remove repository"),
  );
}

/** Remove it. One call deletes so many results and reports, so there may have to be more. */
async function removedCompletely(repository) {
  let removed = await repository.change("DELETE", "");
  while (!removed.deleted) removed = (await call("DELETE", repository.path)).body;
  return removed;
}

function showRemoved(screen, name, removed) {
  const title = element("h1", { tabindex: "-1" }, `${name} is removed`);
  screen.replaceChildren(
    title,
    ...(removed.detail ? [element("p", { class: "notice" }, removed.detail)] : []),
    element("a", { class: "button", href: "#/" }, "Go to the repositories"),
  );
  announce(title.textContent);
  // The dialog gives the focus back to what is no longer there.
  setTimeout(() => title.focus());
}

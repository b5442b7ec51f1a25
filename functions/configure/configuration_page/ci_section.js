import { ciToken } from "./ci_token.js";
import { ask } from "./dialogs.js";
import { element } from "./elements.js";
import { graceField, graceNote } from "./grace_field.js";
import { resultsUrls } from "./results_url.js";
import { snippets } from "./snippets.js";

/** How CI sends results, and another token for it. Throws a Problem. */
export async function ciSection(section, repository) {
  const shown = element("div", { "aria-live": "polite" });
  const urlOf = await resultsUrls();
  const replace = () => {
    const grace = graceField("The CI token of now works on", 0);
    ask({
      title: "Make a new CI token?",
      text: "CI needs the new one as soon as the one of now has ended.",
      more: [grace.node],
      yes: "Make a new one",
      busy: "Making it …",
      work: async () => {
        const body = { what: "ci_token", grace_minutes: grace.minutes() };
        const rotated = await repository.change("POST", "/rotate", body);
        shown.replaceChildren(ciToken(rotated.ci_token, graceNote(rotated)));
      },
    });
  };
  section.append(
    snippets(repository.view.provider, urlOf(repository.view.id)),
    element("button", { type: "button", click: replace }, "New CI token"),
    shown,
  );
}

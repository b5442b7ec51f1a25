import { call } from "./api.js";
import { element, workButton } from "./elements.js";
import { moment, spelledOut } from "./words.js";

// The others say it themselves, such as `reported`, `merged` or an error's reason.
const OUTCOMES = { open: "Nothing to report yet" };

/** What came in of late, and what became of it. Throws a Problem. */
export async function activitySection(section, repository) {
  const list = element("div", {});
  const load = async () => {
    const { body } = await call("GET", `${repository.path}/activity`);
    list.replaceChildren(body.activity.length ? listed(body.activity) : nothingLately());
  };
  await load();
  section.append(list, workButton("Look again", "Looking …", load));
}

function nothingLately() {
  return element("p", { class: "empty" }, "Nothing in the last two weeks. Open a pull request, or send results from CI.");
}

function listed(activity) {
  return element("ol", { class: "activity" }, ...activity.map(item));
}

function item(one) {
  return element(
    "li",
    {},
    moment(one.at),
    element("span", {}, one.pull_request === null ? about(one) : `Pull request ${one.pull_request}`),
    element("span", {}, element("b", {}, OUTCOMES[one.outcome] ?? spelledOut(one.outcome)), one.detail ? `: ${one.detail}` : ""),
    element("span", { class: "quiet" }, one.cause),
  );
}

function about(one) {
  return one.commit ? `Commit ${one.commit.slice(0, 12)}` : "The repository";
}

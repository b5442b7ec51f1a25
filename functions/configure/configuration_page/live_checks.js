// The checks of a call, while it makes them.
import { call } from "./api.js";
import { checkList, checkName, tally } from "./checks.js";
import { announce } from "./elements.js";

const PAUSE_BETWEEN_LOOKS = 500;
// Nothing was kept yet, or nobody answered. Whoever refuses to show it is not asked again.
const PERHAPS_NEXT_TIME = [404, 0];

/**
 * Make a call whose checks are shown in `place` as they come in. `begin` makes it, with the query
 * that it needs for that. What was shown goes with the answer. Of a call that went wrong it stays,
 * and a Problem that knows no checks has got these.
 */
export async function withLiveChecks(place, begin) {
  const id = randomId();
  const shown = new LiveChecks(place);
  lookOn(id, shown);
  try {
    const answer = await begin(`?progress_id=${id}`);
    shown.end();
    place.replaceChildren();
    return answer;
  } catch (error) {
    shown.end();
    if (error.isProblem && !error.checks.length) error.checks = shown.checks;
    throw error;
  }
}

/** Look again and again, until there is no more to be seen. */
async function lookOn(id, shown) {
  while (!shown.ended) {
    await new Promise((done) => setTimeout(done, PAUSE_BETWEEN_LOOKS));
    if (shown.ended) return;
    const looked = await call("GET", `/progress/${id}`, { aside: true }).catch((problem) => problem);
    if (shown.ended) return;
    if (looked.body) shown.show(looked.body);
    else if (!PERHAPS_NEXT_TIME.includes(looked.status)) shown.end();
  }
}

class LiveChecks {
  checks = [];
  ended = false;
  #last = "";
  #list = null;

  constructor(place) {
    this.place = place;
  }

  show({ checks, looking_at: lookingAt, ended }) {
    this.ended = ended;
    this.checks = checks;
    const news = JSON.stringify([checks, lookingAt]);
    if (news === this.#last) return;
    this.#last = news;
    const follows = this.#list === null || endIsInView(this.#list);
    const list = checkList(checks, lookingAt);
    this.place.replaceChildren(list);
    this.#list = list;
    if (follows) list.lastElementChild.scrollIntoView({ block: "nearest" });
    announce(progressIn(checks, lookingAt));
  }

  /** Nothing is being looked at any more. */
  end() {
    this.ended = true;
    this.#list?.querySelector(".looking")?.remove();
  }
}

/** A sentence or two for who does not see the list, however many came in at once. */
function progressIn(checks, lookingAt) {
  const made = checks.filter((one) => one.status !== "skipped").length;
  const concern = checks.some((one) => ["failed", "warning"].includes(one.status)) ? ` ${tally(checks)}` : "";
  return `${made} checked.${concern}${lookingAt ? ` Next: ${checkName(lookingAt)} …` : ""}`;
}

function endIsInView(list) {
  return list.getBoundingClientRect().bottom <= innerHeight;
}

function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

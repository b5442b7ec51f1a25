// How times, dates and names are written.

const PROVIDERS = {
  "bitbucket-cloud": "Bitbucket Cloud",
  "bitbucket-data-center": "Bitbucket Data Center",
};

const SOON_DAYS = 14;
const DAY = 86_400_000;

/** So many repositories. */
export function repositoriesCounted(number) {
  return `${number} ${number === 1 ? "repository" : "repositories"}`;
}

export function providerName(provider) {
  return PROVIDERS[provider] ?? provider;
}

/** A time in the reader's own zone, with the exact one to be seen by pointing at it. */
export function moment(iso) {
  const time = document.createElement("time");
  time.dateTime = iso;
  time.title = iso;
  const format = { dateStyle: "medium", timeStyle: "short" };
  time.textContent = new Date(iso).toLocaleString("en-GB", format);
  return time;
}

/** A day, and whether it is near or past. Empty when it is not known. */
export function expiry(date, now = Date.now()) {
  if (!date) return null;
  // The token is good until some time on that day; nobody knows whose day.
  const days = Math.floor((Date.parse(`${date}T00:00:00Z`) - now) / DAY) + 1;
  const shown = new Date(`${date}T00:00:00Z`).toLocaleDateString("en-GB", { dateStyle: "medium", timeZone: "UTC" });
  if (days < 0) return { text: `expired on ${shown}`, level: "failed" };
  return { text: `expires on ${shown}`, level: days <= SOON_DAYS ? "warned" : "" };
}

/** `primary_key_problem` as people write it. */
export function spelledOut(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

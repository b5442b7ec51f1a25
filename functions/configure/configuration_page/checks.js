// What was looked at, one by one: what was seen, and what to do about it.
import { element } from "./elements.js";

const WORDS = {
  reachable: "Connection",
  tls: "Encryption",
  version: "Version of Bitbucket",
  token: "Access token",
  token_kind: "Kind of token",
  repository: "Repository",
  comment: "Comments",
  build_status: "Build status",
  manage_webhooks: "Care of the webhook",
  webhook: "Webhook",
  webhook_active: "Webhook switched on",
  webhook_events: "Webhook’s events",
  webhook_url: "Webhook’s address",
  delivery: "Delivery of events",
};

const STATUSES = {
  ok: ["✓", "fine"],
  warning: ["!", "warning"],
  failed: ["✕", "failed"],
  skipped: ["–", "not looked at"],
};

/**
 * A list of checks, and which one is being made. Those that a failure kept from being made are
 * counted only.
 */
export function checkList(checks, lookingAt = null) {
  const hasFailed = checks.some((one) => one.status === "failed");
  const shown = checks.filter((one) => !hasFailed || one.status !== "skipped");
  const list = element("ul", { class: "checks" }, ...shown.map(checkItem));
  const left = checks.length - shown.length;
  if (left) list.append(element("li", { class: "quiet" }, left === 1 ? "One more was not looked at." : `${left} more were not looked at.`));
  if (lookingAt) list.append(checkRow("looking", "…", checkName(lookingAt), "being looked at"));
  return list;
}

/** The same, closed under a summary. */
export function checkSummary(checks) {
  return element(
    "details",
    { class: "checked" },
    element("summary", {}, `What was checked: ${lowered(tally(checks))}`),
    checkList(checks),
  );
}

function lowered(text) {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}

/** What checks amount to, in one sentence. */
export function tally(checks) {
  const failed = checks.filter((one) => one.status === "failed").length;
  const warned = checks.filter((one) => one.status === "warning").length;
  const repaired = checks.filter((one) => one.repaired).length;
  const said = [];
  if (failed) said.push(failed === 1 ? "One check failed." : `${failed} checks failed.`);
  if (warned) said.push(warned === 1 ? "There is one warning." : `There are ${warned} warnings.`);
  if (repaired) said.push(repaired === 1 ? "One thing was repaired." : `${repaired} things were repaired.`);
  return said.length ? said.join(" ") : "Everything is as it should be.";
}

export function checkName(name) {
  return WORDS[name] ?? name;
}

function checkItem(check) {
  const [sign, word] = STATUSES[check.status] ?? ["?", check.status];
  return checkRow(
    check.status,
    sign,
    checkName(check.name),
    check.repaired ? "repaired" : word,
    element("p", {}, check.seen),
    check.cure ? element("p", { class: "cure" }, check.cure) : null,
  );
}

function checkRow(kind, sign, name, word, ...more) {
  return element(
    "li",
    { class: `check ${kind}` },
    element("span", { class: "sign", "aria-hidden": "true" }, sign),
    element("div", {}, element("b", {}, name), element("span", { class: "status" }, ` ${word}`), ...more),
  );
}

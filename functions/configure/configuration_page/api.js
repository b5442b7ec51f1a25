// The API is where the page is: below a stage, or at a custom domain's base path.
import { adminToken } from "./session.js";

export const BASE = location.origin + location.pathname.replace(/\/+$/, "");
const PATIENCE = 35_000; // API Gateway waits 29 seconds.

// What API Gateway answers without asking a function.
const GATEWAY_PROBLEMS = {
  403: "This deployment does not have this call, or its operator does not let you make it.",
  413: "This is more than the API takes at once.",
  429: "There are too many requests at once. Wait a moment and try again.",
  502: "The function failed. Its operator finds the reason in its log.",
  503: "The API is not there for the moment. Try again.",
  504: "It took longer than API Gateway waits. The same again is safe, and goes on where this stopped.",
};

/** An answer that is none of those hoped for. Its message says what to do. */
class Problem extends Error {
  constructor(status, body) {
    super(body.detail);
    this.isProblem = true;
    this.status = status;
    this.reason = body.reason;
    this.fields = (body.errors ?? []).filter((one) => one.field);
    this.checks = body.checks ?? [];
  }
}

/** What the API says of one of many as it would of that one alone. */
export function problemOfOne(body) {
  return new Problem(body.status, body);
}

/**
 * Make a call with the admin token. Gives the answer's body and its ETag. Throws a Problem.
 * One that is made `aside` signs nobody out.
 */
export async function call(method, path, { body, etag, token = adminToken(), aside = false } = {}) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (etag) headers["If-Match"] = etag;
  const answer = await sent(BASE + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const read = await answer.json().catch(() => null);
  if (answer.ok && read !== null) return { body: read, etag: answer.headers.get("ETag") };
  const problem = new Problem(answer.status, problemOf(answer.status, read));
  if (answer.status === 401 && token === adminToken() && !aside) {
    dispatchEvent(new CustomEvent("not-authenticated"));
  }
  throw problem;
}

async function sent(url, request) {
  try {
    return await fetch(url, request);
  } catch (error) {
    const why = error.name === "TimeoutError" ? "did not answer in time" : "cannot be reached";
    throw new Problem(0, {
      reason: "no_answer",
      detail: `The API ${why}. Look at your connection and try again: the same again is safe.`,
    });
  }
}

function problemOf(status, read) {
  if (read?.detail) return read;
  return {
    reason: "unexpected_answer",
    detail: GATEWAY_PROBLEMS[status] ?? `The API gave an answer (${status}) that this page does not know. Load the page again.`,
  };
}

let description;

/** The API's OpenAPI description, read once. */
export function apiDescription() {
  description ??= call("GET", "/openapi.json").then(
    (answer) => answer.body,
    (error) => {
      description = undefined;
      throw error;
    },
  );
  return description;
}

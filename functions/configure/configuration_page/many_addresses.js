// Which repositories a person means, by a list or by what they are in.
import { understood } from "./repository_address.js";
import { repositoriesCounted } from "./words.js";

const AT_ONCE = 12;

/**
 * What a field of the form means: `shown`, in words; `unclear`, what may not be an address;
 * `problem`, if a mistake is plain to see; `kind`, the Bitbucket; `body`, for the API; and
 * `addressOf`, which gives the address of a repository that the API names in its results.
 */
export const READERS = { repository: oneRepository, repositories: several, all_in: everythingIn };

function oneRepository(text) {
  const meant = understood(text);
  return { ...meant, shown: meant?.name ? `${meant.name} on ${meant.server}` : "", body: { repository: text } };
}

function several(text) {
  const known = new Map();
  const unknown = new Set();
  let problem = null;
  for (const line of linesOf(text)) {
    const meant = understood(line);
    problem ??= meant?.problem ?? null;
    if (meant?.key) known.set(meant.key, { line, ...meant });
    else if (!meant?.problem) unknown.add(line);
  }
  const found = [...known.values()];
  const servers = new Set(found.map((one) => one.server));
  if (servers.size > 1) {
    problem ??= `These are in different places: ${[...servers].join(", ")}. An access token is for one of them only. Connect them one place at a time.`;
  }
  const names = someOf(found.map((one) => one.name));
  return {
    problem,
    shown: found.length ? `${repositoriesCounted(found.length)}: ${names} on ${[...servers].join(", ")}. ` : "",
    unclear: unknown.size ? `Not understood: ${someOf([...unknown])}.` : "",
    kind: found[0]?.kind,
    body: { repositories: [...found.map((one) => one.line), ...unknown] },
    addressOf: (name) => known.get(name)?.line ?? name,
  };
}

function everythingIn(text) {
  const plain = text.trim().replace(/\/+$/, "");
  const ofProject = /\/(projects|users)\//.test(plain);
  // One repository that it could have tells where it is.
  const meant = /\/repos|git@/.test(plain) ? null : understood(ofProject ? `${plain}/repos/any` : `${plain}/any`);
  const body = { all_in: text };
  if (!meant?.name?.endsWith("/any")) return { shown: "", problem: meant?.problem, body };
  const group = meant.name.slice(0, -"/any".length);
  return {
    shown: `All repositories in ${group} on ${meant.server} that the token sees`,
    kind: meant.kind,
    body,
    addressOf: (name) => (ofProject ? `${plain}/repos/${name.split("/").pop()}` : name),
  };
}

/** A line, or what stands between commas; marks of lists before it are left out. */
function linesOf(text) {
  return text.split(/[\r\n\t,;]+/).map((one) => one.replace(/^\s*[-*•]\s/, "").trim()).filter(Boolean);
}

function someOf(names) {
  const left = names.length - AT_ONCE;
  return names.slice(0, AT_ONCE).join(", ") + (left > 0 ? ` and ${left} more` : "");
}

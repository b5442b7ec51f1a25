// Which repository a person means. The API decides; this is what it will understand.

const CLOUD_HOSTS = new Set(["bitbucket.org", "www.bitbucket.org", "altssh.bitbucket.org"]);
const NAME = /^[A-Za-z0-9._-]{1,128}$/;
const UUID = /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i;
const PROJECT = /^(~[A-Za-z0-9._-]{1,127}|[A-Za-z][A-Za-z0-9_-]{0,127})$/;
const ADDRESS = /^(https?|ssh):\/\/(?:([^/?#]*)@)?([^/?#@]+)([^?#]*)/i;

/**
 * What a text means: `{kind, name, server, key}` for a repository, `{problem}` for a mistake that is
 * plain to see, and null for a text that may become an address when it is typed on. The key is what
 * the API calls it among many.
 */
export function understood(text) {
  text = text.trim();
  const scp = /^git@([^/:]+)[:/](.+)$/.exec(text);
  if (scp) return CLOUD_HOSTS.has(scp[1].toLowerCase()) ? cloud(scp[2], true) : sshElsewhere();
  if (!text.includes("://")) {
    const slash = text.indexOf("/");
    const onCloud = slash > 0 && CLOUD_HOSTS.has(text.slice(0, slash).toLowerCase());
    return onCloud ? cloud(text.slice(slash), true) : cloud(text, false);
  }
  const address = ADDRESS.exec(text);
  if (!address) return null;
  const [, scheme, user, authority, path] = address;
  if (user?.includes(":")) {
    return { problem: "Leave the password out of the address. The access token has a field of its own." };
  }
  const host = authority.toLowerCase();
  if (CLOUD_HOSTS.has(host.replace(/:\d*$/, ""))) return cloud(path, true);
  if (scheme.toLowerCase() === "ssh") return sshElsewhere();
  const port = scheme.toLowerCase() === "https" ? ":443" : ":80";
  return dataCenter(host.endsWith(port) ? host.slice(0, -port.length) : host, path, user !== undefined);
}

function sshElsewhere() {
  return { problem: "An SSH address does not tell where Bitbucket’s pages are. Give the address that the browser shows." };
}

function cloud(path, deeper) {
  const parts = parted(path);
  if (parts.length < 2 || (parts.length > 2 && !deeper)) return null;
  const [workspace, repository] = [parts[0], parts[1].replace(/\.git$/, "")].map((one) => one.toLowerCase());
  if (![workspace, repository].every((one) => isName(one) || UUID.test(one))) return null;
  const name = `${workspace}/${repository}`;
  return { kind: "cloud", name, server: "Bitbucket Cloud", key: name };
}

function dataCenter(host, path, hasUser) {
  const parts = parted(path);
  for (const [at, part] of parts.entries()) {
    const later = parts.slice(at + 1);
    const [key, word, slug] = later;
    if (part === "scm" && later.length === 2) return onServer(host, key, word.replace(/\.git$/, ""));
    if (hasUser || word !== "repos" || slug === undefined) continue;
    if (part === "projects") return onServer(host, key, slug);
    if (part === "users") return onServer(host, `~${key}`, slug);
  }
  return null;
}

function onServer(host, key, slug) {
  if (!PROJECT.test(key) || !isName(key.replace(/^~/, "")) || !isName(slug)) return null;
  const project = key.startsWith("~") ? key : key.toUpperCase();
  const name = `${project}/${slug}`;
  return { kind: "data-center", name, server: `Bitbucket Data Center at ${host}`, key: `${host}/${name}` };
}

function isName(text) {
  return NAME.test(text) && text !== "." && text !== "..";
}

function parted(path) {
  return path.split("/").filter(Boolean).map((one) => {
    try {
      return decodeURIComponent(one);
    } catch {
      return one;
    }
  });
}

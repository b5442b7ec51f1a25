// The admin token lives in the tab, and nowhere else.

const KEY = "admin-token";

export function adminToken() {
  return sessionStorage.getItem(KEY);
}

export function remember(token) {
  sessionStorage.setItem(KEY, token);
}

export function forget() {
  sessionStorage.removeItem(KEY);
}

import { addScreen, forgetConnecting } from "./add_repository.js";
import { BASE } from "./api.js";
import { repositoriesScreen } from "./repositories.js";
import { repositoryScreen } from "./repository.js";
import { adminToken, forget } from "./session.js";
import { signInScreen } from "./sign_in.js";

const PLACES = [
  [/^#\/repositories\/([a-z0-9]{1,40})$/, (id) => repositoryScreen(id)],
  [/^#\/add$/, () => addScreen(show)],
  [/^/, () => repositoriesScreen()],
];
const main = document.getElementById("screen");
const places = document.getElementById("places");

/** Put a screen in the place of the one that is there. */
function show(screen) {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  main.replaceChildren(screen);
  const title = screen.querySelector("h1");
  document.title = `${title.textContent} · Data diff reports`;
  scrollTo(0, 0);
  (screen.querySelector("#admin_token") ?? title).focus();
}

function go() {
  const signedIn = adminToken() !== null;
  places.hidden = !signedIn;
  if (!signedIn) return askForToken("");
  for (const link of places.querySelectorAll("a")) {
    const here = link.hash === (location.hash || "#/");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const [pattern, screen] = PLACES.find(([one]) => one.test(location.hash));
  show(screen(...pattern.exec(location.hash).slice(1)));
}

function askForToken(why) {
  places.hidden = true;
  show(signInScreen(why, go));
}

document.getElementById("api-docs").href = `${BASE}/docs`;
document.getElementById("sign-out").addEventListener("click", () => {
  forget();
  forgetConnecting();
  askForToken("");
});
addEventListener("hashchange", go);
addEventListener("not-authenticated", () => {
  forget();
  askForToken("The admin token is no longer accepted: it was replaced. Sign in with the new one.");
});
go();

import { call } from "./api.js";
import { fromTemplate, part, working } from "./elements.js";
import { areFilled, forgetErrors, showError } from "./forms.js";
import { remember } from "./session.js";

/** Asks for the admin token, and goes on with `done` when the API accepts it. */
export function signInScreen(why, done) {
  const screen = fromTemplate("sign-in");
  const form = screen.querySelector("form");
  const field = form.elements.admin_token;
  part(screen, "why").hidden = !why;
  part(screen, "why").textContent = why;
  forgetErrors(form, ["admin_token"]);

  async function tryToken() {
    const token = field.value.trim();
    try {
      // What no header can carry is no token either.
      if (!/^[\x21-\x7e]+$/.test(token)) throw wrong();
      await call("GET", "/integrations?limit=1", { token });
    } catch (error) {
      if (error.status !== 401) throw error;
      showError(form, "admin_token", "This is not the admin token of this deployment. Copy it again, all of it.");
      field.focus();
      field.select();
      return;
    }
    remember(token);
    done();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!areFilled(form, { admin_token: "Enter the admin token." })) return;
    const button = form.querySelector("button");
    await working(button, "Signing in …", part(screen, "problem"), tryToken);
  });
  return screen;
}

function wrong() {
  return Object.assign(new Error("no token"), { status: 401 });
}

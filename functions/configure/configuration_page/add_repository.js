import { call } from "./api.js";
import { checkList } from "./checks.js";
import { connectedScreen } from "./connected_repository.js";
import { ConnectingMany } from "./connecting_many.js";
import { element, fromTemplate, part, working } from "./elements.js";
import { areFilled, forgetErrors, showError, showProblem } from "./forms.js";
import { withLiveChecks } from "./live_checks.js";
import { READERS } from "./many_addresses.js";
import { manyScreen } from "./many_results.js";
import { resultsUrls } from "./results_url.js";

const PLACE_FIELDS = { one: "repository", several: "repositories", all: "all_in" };
const SHARED_FIELDS = ["access_token", "access_token_expires"];
const NEEDED = {
  repository: "Enter the repository.",
  repositories: "Enter the repositories, one to a line.",
  all_in: "Enter the workspace or the project.",
  access_token: "Enter the access token that you made for this.",
};

// Connecting many goes on, and shows its CI tokens, also after a look at another screen.
let kept = null;

/** Connects repositories, and shows in `replace` what came of it. */
export function addScreen(replace) {
  return kept?.screen ?? new AddForm(replace).screen;
}

/** Forget what was connected, with its CI tokens. */
export function forgetConnecting() {
  kept?.many.stop();
  kept = null;
}

addEventListener("beforeunload", (event) => {
  if (kept?.many.unsaved) event.preventDefault();
});

class AddForm {
  constructor(replace) {
    this.replace = replace;
    this.screen = fromTemplate("add");
    this.form = this.screen.querySelector("form");
    this.many = null;
    const { kind, extent } = this.form.elements;
    forgetErrors(this.form, [...Object.values(PLACE_FIELDS), ...SHARED_FIELDS]);
    for (const one of [...kind, ...extent]) one.addEventListener("change", () => this.choose());
    for (const name of Object.values(PLACE_FIELDS)) {
      this.form.elements[name].addEventListener("input", () => this.echo(name));
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    part(this.screen, "results").querySelector("button").addEventListener("click", () => this.put(this.results));
    this.choose();
  }

  get field() {
    return PLACE_FIELDS[this.form.elements.extent.value];
  }

  get token() {
    const { access_token, access_token_expires } = this.form.elements;
    const given = { access_token: access_token.value };
    if (access_token_expires.value) given.access_token_expires = access_token_expires.value;
    return given;
  }

  choose() {
    const { kind, extent } = this.form.elements;
    this.screen.dataset.kind = kind.value;
    this.screen.dataset.extent = extent.value;
  }

  echo(name) {
    const meant = READERS[name](this.form.elements[name].value);
    const unclear = meant.unclear ? element("span", { class: "warned" }, meant.unclear) : "";
    this.form.querySelector(`#${name}-understood`).replaceChildren(meant.shown, unclear);
    if (meant.problem) showError(this.form, name, meant.problem);
    // An address says on which Bitbucket it is.
    if (meant.kind) this.form.elements.kind.value = meant.kind;
    this.choose();
  }

  async submit() {
    const name = this.field;
    const needed = { [name]: NEEDED[name], access_token: NEEDED.access_token };
    if (!areFilled(this.form, needed)) return;
    const wanted = READERS[name](this.form.elements[name].value);
    const single = name === "repository";
    if (!single && wanted.problem) {
      showError(this.form, name, wanted.problem);
      this.form.elements[name].focus();
      return;
    }
    part(this.screen, "checks").replaceChildren();
    const busy = "Checking the token, the repository and the webhook …";
    const problem = part(this.screen, "problem");
    const work = () => (single ? this.connectOne(wanted.body) : this.connectMany(wanted));
    await working(this.form.querySelector("button.main"), busy, problem, work);
  }

  async connectOne(body) {
    try {
      // First, since what fails after connecting would cost the CI token, which is shown once.
      const urlOf = await resultsUrls();
      const wanted = { body: { ...body, ...this.token } };
      const { body: connected } = await withLiveChecks(part(this.screen, "checks"), (query) =>
        call("POST", `/integrations${query}`, wanted),
      );
      if (!this.many?.results.size) forgetConnecting();
      this.replace(connectedScreen(connected, urlOf(connected.integration.id)));
    } catch (error) {
      this.refuse(error);
    }
  }

  async connectMany(wanted) {
    const urlOf = await resultsUrls();
    if (!this.screen.isConnected) return;
    if (this.many === null) {
      this.many = new ConnectingMany();
      this.results = manyScreen(this.many, urlOf, { mend: () => this.mend(), finish: () => this.finish() });
      this.many.addEventListener("change", () => this.lookForProblem());
    }
    this.many.start(wanted, this.token);
    this.put(this.results);
  }

  /** What was wrong from the first call on is for the form to show. */
  lookForProblem() {
    const { many } = this;
    if (kept?.many !== many) return;
    if (many.running || !many.problem || many.progress.tried || !many.problem.fields.length) return;
    this.put(this.screen);
    this.refuse(many.problem);
  }

  refuse(problem) {
    if (!problem.isProblem) throw problem;
    if (problem.checks.length) {
      part(this.screen, "checks").replaceChildren(element("h2", {}, "As far as it came"), checkList(problem.checks));
    }
    // The API speaks of a repository, whichever field it is that leads to it.
    for (const one of problem.fields) if (one.field === "repository") one.field = this.field;
    showProblem(this.form, [this.field, ...SHARED_FIELDS], problem, part(this.screen, "problem"));
  }

  /** Let a person correct the addresses that were refused, or give another access token. */
  mend() {
    const { elements } = this.form;
    // As long as some were not tried, it is about all of them still.
    if (!this.many.unfinished) {
      elements.extent.value = "several";
      elements.repositories.value = this.many.refused.map((one) => this.many.addressOf(one)).join("\n");
      this.echo("repositories");
    }
    part(this.screen, "results").hidden = false;
    this.put(this.screen);
    elements[this.field].focus();
  }

  finish() {
    forgetConnecting();
    this.replace(addScreen(this.replace));
  }

  /** Show a screen in the place of the form, or later, if another is being looked at meanwhile. */
  put(screen) {
    const here = this.screen.isConnected || this.results?.isConnected;
    kept = { screen, many: this.many };
    if (here) this.replace(screen);
  }
}

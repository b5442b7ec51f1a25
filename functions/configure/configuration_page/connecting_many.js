// Connects many repositories, call by call, as the API says where to go on.
import { call } from "./api.js";

/**
 * Connecting as it goes on: it tells of a `change` after every call. `results` are the API's, by the
 * names that it gives; `problem` is what stopped it, null: nothing.
 */
export class ConnectingMany extends EventTarget {
  results = new Map();
  running = false;
  stopping = false;
  problem = null;
  /** Whether there are repositories left that were not tried. */
  unfinished = false;
  /** Of a CI token that is shown once: whether somebody took all of them along. */
  copied = false;
  #after = null;
  #further = null;
  #body = null;
  #addressOf = null;
  #tried = new Set();

  /** Connect what a reader understood; those that were refused before give way. */
  start(wanted, token) {
    for (const one of this.refused) this.results.delete(one.repository);
    this.#body = { ...wanted.body, ...token };
    this.#addressOf = wanted.addressOf;
    this.#after = this.#further;
    this.#tried.clear();
    return this.goOn();
  }

  /** Try those that were refused once more, with the same access token. */
  retry() {
    const { access_token, access_token_expires } = this.#body;
    const addresses = new Map(this.refused.map((one) => [one.repository, this.addressOf(one)]));
    const wanted = {
      body: { repositories: [...addresses.values()] },
      addressOf: (name) => addresses.get(name) ?? name,
    };
    return this.start(wanted, { access_token, access_token_expires });
  }

  /** Go on where it stopped. What was not answered is asked again, which is harmless. */
  async goOn() {
    Object.assign(this, { running: true, stopping: false, unfinished: true, problem: null });
    this.#changed();
    try {
      while (this.unfinished && !this.stopping) await this.#step();
    } catch (error) {
      if (!error.isProblem) throw error;
      this.problem = error;
    } finally {
      this.running = false;
      this.#changed();
    }
  }

  /** Stop after the call that is under way. */
  stop() {
    this.stopping = true;
    this.#changed();
  }

  async #step() {
    const body = this.#after === null ? this.#body : { ...this.#body, after: this.#after };
    const { body: answer } = await call("POST", "/integrations", { body });
    for (const one of answer.results) {
      const ci_token = one.ci_token ?? this.results.get(one.repository)?.ci_token ?? null;
      if (one.ci_token) this.copied = false;
      this.results.set(one.repository, { ...one, ci_token });
      this.#tried.add(one.repository);
    }
    this.#further = answer.further ?? this.#further;
    this.#after = answer.next;
    this.unfinished = answer.next !== null;
    if (this.unfinished && !this.stopping) this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  get connected() {
    return [...this.results.values()].filter((one) => one.integration);
  }

  get refused() {
    return [...this.results.values()].filter((one) => one.problem);
  }

  /** How many of the list were tried, and of how many; null: it is not known how many there are. */
  get progress() {
    const all = this.#body.repositories?.length ?? null;
    return { tried: this.#tried.size, all };
  }

  /** Whether leaving the page would lose something. */
  get unsaved() {
    return this.running || (!this.copied && this.connected.some((one) => one.ci_token));
  }

  /** The address of a repository that a result names. */
  addressOf(result) {
    return this.#addressOf(result.repository);
  }
}

import { call } from "./api.js";

const CHANGED = "Somebody else has changed this repository meanwhile, so nothing of yours was stored. You now see what is stored. Look at it, and do it again if you still want to.";

/** One repository as this page knows it. It tells of a `change` whenever it was read anew. */
export class ShownRepository extends EventTarget {
  constructor(id) {
    super();
    this.path = `/integrations/${id}`;
  }

  /** Read it anew. */
  async load() {
    const { body, etag } = await call("GET", this.path);
    this.view = body;
    this.etag = etag;
    this.dispatchEvent(new Event("change"));
  }

  /** Make a call that may change it, and see what became of it. */
  async act(method, below, body) {
    const answer = await call(method, this.path + below, { body });
    await this.load();
    return answer.body;
  }

  /** Change it, unless it is no longer what this page shows. Then that is read, and said. */
  async change(method, below, body) {
    try {
      const answer = await call(method, this.path + below, { body, etag: this.etag });
      if (method !== "DELETE") await this.load();
      return answer.body;
    } catch (error) {
      if (error.status !== 412) throw error;
      await this.load();
      error.message = CHANGED;
      throw error;
    }
  }
}

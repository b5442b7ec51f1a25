// What a person enters in Bitbucket when the access token may not manage webhooks.
import { copyable, element, facts } from "./elements.js";

/** The webhook to enter, field by field. */
export function manualWebhook(webhook) {
  return element(
    "div",
    { class: "notice" },
    element("h3", {}, "Enter this webhook in Bitbucket"),
    element("p", {}, "The access token may not manage webhooks, so somebody who may has to enter it. Until then Bitbucket tells nothing of pull requests."),
    facts([
      ["URL", copyable("webhook URL", webhook.url)],
      ["Secret", copyable("webhook secret", webhook.secret)],
      ["Events", copyable("webhook events", webhook.events.join(", "))],
    ]),
    element("ol", {}, ...webhook.steps.map((step) => element("li", {}, worded(step)))),
  );
}

/** The API's steps speak of its answer's members; here they stand above. */
function worded(step) {
  return step.replace(/the value of `(url|secret)`/g, "as above");
}

// What came of connecting one repository.
import { checkSummary } from "./checks.js";
import { ciToken } from "./ci_token.js";
import { announce, element, fromTemplate, part } from "./elements.js";
import { manualWebhook } from "./manual_webhook.js";
import { snippets } from "./snippets.js";

/** The screen with its CI token. `url` is where its results go. */
export function connectedScreen(connected, url) {
  const { integration } = connected;
  const screen = fromTemplate("connected");
  const isNew = connected.ci_token !== null;
  screen.querySelector("h1").textContent = `${integration.repository} is connected`;
  part(screen, "lead").textContent = isNew
    ? "Reports appear on its pull requests as soon as CI sends results."
    : "It was connected before: its access token was replaced and its webhook looked after. The CI token stays as it was.";
  if (isNew) part(screen, "ci-token").append(ciToken(connected.ci_token));
  if (connected.manual_webhook) {
    const title = element("h2", {}, "The webhook");
    part(screen, "manual-webhook").append(title, manualWebhook(connected.manual_webhook));
  }
  part(screen, "snippets").append(snippets(integration.provider, url, { open: true }));
  part(screen, "checks").append(checkSummary(connected.checks));
  part(screen, "onward").href = `#/repositories/${integration.id}`;
  announce(`${integration.repository} is connected`);
  return screen;
}

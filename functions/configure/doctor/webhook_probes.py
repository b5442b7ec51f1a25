"""What is to be done about a repository's webhooks, and what was found of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bitbucket_integration.activity import Activity
from bitbucket_integration.bitbucket.vocabulary import Webhook, WebhookSpec
from doctor.probe import Probe, ProbeName, ok, skipped, warning
from doctor.screens import Screens


@dataclass(frozen=True, slots=True)
class WebhookPlan:
    """`keep` is to be made as it should be, or one be created; `surplus` is to be deleted."""

    keep: Webhook | None
    surplus: tuple[Webhook, ...]


def plan(webhooks: Collection[Webhook], path: str) -> WebhookPlan:
    """Ours are told by their path: the API's address changes when a custom domain comes."""
    ours = tuple(one for one in webhooks if one.url.endswith(path))
    return WebhookPlan(ours[0] if ours else None, ours[1:])


def managed(todo: WebhookPlan, spec: WebhookSpec, *, had_one: bool) -> Sequence[Probe]:
    """What was found of our webhook once the plan is carried out."""
    name, seen = ProbeName.WEBHOOK, "There is one."
    if todo.keep is None:
        seen = "It was missing, and was created again." if had_one else "It was created."
        return [
            ok(name, seen, repaired=had_one),
            ok(ProbeName.WEBHOOK_ACTIVE, "It is active."),
            ok(ProbeName.WEBHOOK_EVENTS, "It has the events that are needed."),
            ok(ProbeName.WEBHOOK_URL, f"It goes to {spec.url}."),
        ]
    if todo.surplus:
        seen = f"There were {1 + len(todo.surplus)}, and one was left."
    return [
        ok(name, seen, repaired=bool(todo.surplus)),
        _active(todo.keep),
        _events(todo.keep.events, frozenset(spec.events)),
        _url(todo.keep.url, spec.url),
    ]


def manual(activity: Activity | None, screens: Screens) -> Sequence[Probe]:
    """What is known of a webhook that the access token may not see."""
    if activity is None:
        webhook = warning(
            ProbeName.WEBHOOK,
            "The access token may not see it, and no signed event has come in yet.",
            "Enter it by hand, as `manual_webhook` says. It has proved itself when a pull request"
            " was opened or updated; then check again.",
        )
    else:
        webhook = ok(
            ProbeName.WEBHOOK,
            f"It was entered by hand. The first signed event came in at {activity.first_event_at}.",
        )
    unseen = f"The access token may not see it. Look under {screens.webhooks}."
    names = (ProbeName.WEBHOOK_ACTIVE, ProbeName.WEBHOOK_EVENTS, ProbeName.WEBHOOK_URL)
    return [webhook, *(skipped(name, unseen) for name in names)]


def _active(found: Webhook) -> Probe:
    if found.active:
        return ok(ProbeName.WEBHOOK_ACTIVE, "It is active.")
    seen = "It was switched off, and was switched on again."
    return ok(ProbeName.WEBHOOK_ACTIVE, seen, repaired=True)


def _events(found: frozenset[str], needed: frozenset[str]) -> Probe:
    if found == needed:
        return ok(ProbeName.WEBHOOK_EVENTS, "It has the events that are needed.")
    missing = ", ".join(sorted(needed - found))
    seen = f"It lacked {missing}" if missing else "It had more events than are needed"
    return ok(ProbeName.WEBHOOK_EVENTS, f"{seen}, and was corrected.", repaired=True)


def _url(found: str, needed: str) -> Probe:
    if found == needed:
        return ok(ProbeName.WEBHOOK_URL, f"It goes to {needed}.")
    # What was there is not shown: a URL may hold a password.
    seen = f"It went elsewhere, and goes to {needed} now."
    return ok(ProbeName.WEBHOOK_URL, seen, repaired=True)

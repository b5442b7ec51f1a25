import pytest

from bitbucket_integration.bitbucket.vocabulary import Webhook, WebhookSpec
from doctor.cloud_screens import CLOUD_SCREENS
from doctor.probe import Probe, ProbeName, ProbeStatus
from doctor.webhook_probes import managed, manual, plan

PATH = "/webhooks/abc"
SPEC = WebhookSpec(f"https://a.example{PATH}", "secret", "Title", ("opened", "merged"))
GOOD = Webhook("1", SPEC.url, active=True, events=frozenset(SPEC.events))


def seen(*webhooks: Webhook, had_one: bool = True) -> dict[ProbeName, Probe]:
    probes = managed(plan(webhooks, PATH), SPEC, had_one=had_one)
    assert all(probe.status is ProbeStatus.OK and not probe.cure for probe in probes)
    return {probe.name: probe for probe in probes}


def test_ours_is_told_by_its_path_wherever_it_goes() -> None:
    old = Webhook("2", f"https://old.example/v1{PATH}")
    others = [Webhook("3", "https://a.example/webhooks/abcd"), Webhook("4", "https://ci.example/")]
    todo = plan([others[0], old, others[1]], PATH)
    assert (todo.keep, todo.surplus) == (old, ())


def test_of_copies_the_first_is_kept() -> None:
    copies = [GOOD, Webhook("2", GOOD.url), Webhook("3", GOOD.url)]
    todo = plan(copies, PATH)
    assert (todo.keep, todo.surplus) == (GOOD, tuple(copies[1:]))
    probe = seen(*copies)[ProbeName.WEBHOOK]
    assert (probe.seen, probe.repaired) == ("There were 3, and one was left.", True)


def test_a_good_one_needs_no_repair() -> None:
    assert [probe.repaired for probe in seen(GOOD).values()] == [False] * 4


@pytest.mark.parametrize(
    ("had_one", "told"),
    [(True, "It was missing, and was created again."), (False, "It was created.")],
)
def test_a_missing_one_is_created(told: str, *, had_one: bool) -> None:
    probes = seen(had_one=had_one)
    assert probes[ProbeName.WEBHOOK].seen == told
    assert [probe.repaired for probe in probes.values()] == [had_one, False, False, False]


@pytest.mark.parametrize(
    ("found", "name", "told"),
    [
        (
            Webhook("1", SPEC.url, active=False, events=GOOD.events),
            ProbeName.WEBHOOK_ACTIVE,
            "It was switched off, and was switched on again.",
        ),
        (
            Webhook("1", SPEC.url, events=frozenset()),
            ProbeName.WEBHOOK_EVENTS,
            "It lacked merged, opened, and was corrected.",
        ),
        (
            Webhook("1", SPEC.url, events=GOOD.events | {"push"}),
            ProbeName.WEBHOOK_EVENTS,
            "It had more events than are needed, and was corrected.",
        ),
        (
            Webhook("1", f"https://ada:word@old.example{PATH}", events=GOOD.events),
            ProbeName.WEBHOOK_URL,
            f"It went elsewhere, and goes to {SPEC.url} now.",
        ),
    ],
)
def test_one_that_was_changed_is_repaired(found: Webhook, name: ProbeName, told: str) -> None:
    probes = seen(found)
    assert [one for one, probe in probes.items() if probe.repaired] == [name]
    assert probes[name].seen == told


def test_one_that_cannot_be_seen_is_looked_for_in_bitbucket_by_a_person() -> None:
    webhook, *others = manual(None, CLOUD_SCREENS)
    assert webhook.status is ProbeStatus.WARNING
    assert {probe.status for probe in others} == {ProbeStatus.SKIPPED}
    assert all("Repository settings → Webhooks" in probe.seen for probe in others)

"""Finds what a story does to the world, and ends it after each of these effects."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.functional.aws_calls import KilledError, refusal
from tests.functional.bench import Bench
from tests.functional.conftest import System, bitbucket_of, system_with

type Act = Callable[[], object]
type Story = Callable[[System], Act]
"""Sets the scene, and gives what is to be interrupted and then done again."""
type State = dict[str, list[str]]

WRITES = "[!GH]*"

_UNSTEADY = (
    (r"http://127\.0\.0\.1:\d+", "HOST"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00| UTC)", "TIME"),
    # How often somebody changed something is no part of what it has come to.
    (r'"(revision|report_link_version)": \{"N": "\d+"\}', r'"\1": "SOME"'),
    (r'"N": "\d{10}"', '"N": "EPOCH"'),
    # Of two events in the same second either may be the last.
    (r'"last_event": \{"S": "[^"]+"\}', '"last_event": "SOME"'),
    (r"\b[0-9a-f]{64}\b", "DIGEST"),
    (r"-[0-9a-f]{16}\.json\.gz", "-DIGEST.json.gz"),
    (r"\b[a-z2-7]{16}-(\d+)-[a-z2-7]{32}\b", r"REPORT \1"),
    (r"\b[a-z2-7]{16}\b", "INTEGRATION"),
    (r"\{?\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b\}?", "UUID"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """The nth effect of a story on AWS or on Bitbucket, and what the story hears of it.

    `killed`, its process ends there; otherwise the answer is lost.
    """

    where: str
    nth: int
    what: str
    killed: bool = False

    def __str__(self) -> str:
        """What it is called in a test's id."""
        return f"{self.where} {self.nth}, {self.what}, {'killed' if self.killed else 'answer lost'}"


@contextmanager
def fresh_system(bench: Bench) -> Iterator[System]:
    """A system that knows no repository yet, beside a Bitbucket with one."""
    with bitbucket_of(bench) as bitbucket, system_with(bitbucket, bench) as system:
        yield system


def uninterrupted(system: System, story: Story) -> tuple[list[Step], State]:
    """The steps of a story, and what there is when it has ended.

    After each effect on AWS a process may be killed, or only its answer be lost.
    """
    act = story(system)
    _count_from_here(system)
    act()
    steps = [
        Step("AWS", nth, what, killed)
        for nth, what in enumerate(system.account.calls.effects, 1)
        for killed in (True, False)
    ]
    written = system.bitbucket.requests(WRITES)
    steps += [
        Step("Bitbucket", nth, f"{one.method} {one.path.rpartition('/')[2]}")
        for nth, one in enumerate(written, 1)
    ]
    return steps, state_of(system)


def interrupted(system: System, story: Story, step: Step) -> State:
    """What there is when a story has been interrupted after a step, and then been done again."""
    account, bitbucket = system.account, system.bitbucket
    act = story(system)
    _count_from_here(system)
    error = KilledError() if step.killed else refusal(step.what)
    if step.where == "AWS":
        account.calls.interrupt(step.nth, error)
    else:
        bitbucket.add_fault("apply_then_drop", method=WRITES, skip=step.nth - 1)
    with suppress(KilledError):
        act()
    happened = account.calls.effects if step.where == "AWS" else bitbucket.requests(WRITES)
    assert len(happened) >= step.nth, "the story takes other steps than before"
    account.calls.recover()
    assert bitbucket.faults() == []
    if step.killed:
        account.cold()
    account.clock.let_pass(minutes=2)
    account.skip_delays()
    act()
    return state_of(system)


def state_of(system: System) -> State:
    """All that is kept anywhere once one more pull request is open, without what always differs."""
    bitbucket, account, repository = system.bitbucket, system.account, system.bench.repository
    opened = bitbucket.open_pull_request(repository, title="Afterwards")
    bitbucket.wait_until_delivered()
    account.drain()
    items = account.items()
    activity = [one for one in items if one["sk"]["S"].startswith("ACTIVITY#")]
    deadlines = [one for one in items if one["pk"]["S"] == "WAITING"]
    # What a call had found is no part of what it has come to.
    progress = [one for one in items if one["pk"]["S"].startswith("PROGRESS#")]
    known = {one["sk"]["S"] for one in account.items("INTEGRATIONS")}
    # Whoever is noted as a user of an access token and does not exist is none.
    strangers = [
        one
        for one in items
        if one["pk"]["S"].startswith("ACCESS_TOKEN#") and one["sk"]["S"] not in known
    ]
    objects = account.client("s3").list_objects_v2(Bucket="submissions").get("Contents", [])
    state: dict[str, list[Any]] = {
        "items": [one for one in items if one not in activity + deadlines + strangers + progress],
        # A second deadline finds nothing to do.
        "awaited": list({one["pull_request_id"]["N"] for one in deadlines}),
        # A job that was queued twice is noted twice.
        "outcomes": list({one["outcome"]["S"] for one in activity}),
        "access tokens": list(account.access_tokens().items()),
        "objects": [one["Key"] for one in objects],
        "webhooks": [
            [one.url, sorted(one.events), one.active]
            for stored in bitbucket.state.repositories.values()
            for one in stored.hooks.values()
        ],
        "deliveries": [
            [attempt.status for attempt in one.attempts]
            for one in bitbucket.deliveries()
            if one.pull_request == opened.id
        ],
        "comments": [
            [one.id, one.raw]
            for pull_request in bitbucket.pull_requests(repository)
            for one in bitbucket.comments(repository, pull_request.id)
            if not one.deleted
        ],
        "build statuses": [
            [one.commit, one.key, one.state, one.description, one.url]
            for one in bitbucket.build_statuses(repository)
        ],
        "insights": [
            [one.commit, one.title, one.result, one.details, one.data, one.link]
            + [[note.external_id, note.message, note.path] for note in one.annotations]
            for one in bitbucket.insight_reports(repository)
        ],
    }
    return {name: sorted(_steady(system, one) for one in found) for name, found in state.items()}


def _steady(system: System, value: object) -> str:
    text = json.dumps(value, sort_keys=True)
    for number, token in enumerate(system.bench.tokens(system.bitbucket)):
        text = text.replace(token, f"ACCESS TOKEN {number}")
    for pattern, word in _UNSTEADY:
        text = re.sub(pattern, word, text)
    return text


def _count_from_here(system: System) -> None:
    system.account.clock.let_pass(minutes=2)
    system.account.calls.clear()
    system.bitbucket.clear_requests()

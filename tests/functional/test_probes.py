"""Each probe of the doctor, on either Bitbucket: shown to find what is wrong, and then cured."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.functional.bench import CLOUD, DATA_CENTER, Bench, on_both
from tests.functional.conftest import System
from tests.functional.front_door import FrontDoor, front_door
from tests.functional.patient import Patient, failures, found
from tests.unit.certificates import Authority

NOBODY = "http://127.0.0.1:9"
FAILED, WARNING, SKIPPED, REPAIRED = "failed", "warning", "skipped", "repaired"


@dataclass
class Ward:
    """A healthy integration whose Bitbucket is behind a door that speaks TLS."""

    patient: Patient
    door: FrontDoor
    authority: Authority

    @property
    def token(self) -> str:
        return self.patient.current_token()

    def something_happens(self) -> None:
        system, name = self.patient.system, self.patient.name
        if system.bitbucket.pull_requests(name):
            system.bitbucket.push_commit(name, 1)
        else:
            system.bitbucket.open_pull_request(name, title="Fix amounts")
        system.bitbucket.wait_until_delivered()
        system.account.drain()


type Harm = Callable[[Ward], AbstractContextManager[None]]
"""What is wrong while it is entered; what a person does about it comes when it is left."""


@pytest.fixture
def ward(system: System) -> Iterator[Ward]:
    authority = Authority()
    patient = Patient(system)
    bundle = system.account.client("secretsmanager").create_secret(
        Name="ca", SecretString=authority.pem
    )
    patient.settings(CA_BUNDLE_ARN=bundle["ARN"])
    with front_door(system.bitbucket.url) as door:
        door.certificate = authority.server("127.0.0.1")
        patient.behind(door.url)
        patient.configure()
        ward = Ward(patient, door, authority)
        ward.something_happens()
        yield ward


@contextmanager
def the_door_is_closed(ward: Ward) -> Iterator[None]:
    ward.door.closed = True
    yield
    ward.door.closed = False


@contextmanager
def the_certificate_has_expired(ward: Ward) -> Iterator[None]:
    good = ward.door.certificate
    ward.door.certificate = ward.authority.server("127.0.0.1", until=-timedelta(hours=1))
    yield
    ward.door.certificate = good


@contextmanager
def the_server_is_too_old(ward: Ward) -> Iterator[None]:
    bitbucket = ward.patient.system.bitbucket
    new = str(bitbucket.data_center.version)
    bitbucket.set_data_center_version("6.10.17")
    yield
    bitbucket.set_data_center_version(new)


@contextmanager
def the_token_has_expired(ward: Ward) -> Iterator[None]:
    ward.patient.system.bitbucket.expire_access_token(ward.token)
    yield
    ward.patient.configure()


@contextmanager
def the_repository_is_gone(ward: Ward) -> Iterator[None]:
    bitbucket = ward.patient.system.bitbucket
    gone = bitbucket.state.repositories.pop(bitbucket.repository(ward.patient.name).uuid)
    yield
    bitbucket.state.repositories[gone.repository.uuid] = gone


@contextmanager
def the_repository_is_archived(ward: Ward) -> Iterator[None]:
    bitbucket = ward.patient.system.bitbucket
    bitbucket.archive_data_center_repository(ward.patient.name)
    yield
    bitbucket.unarchive_data_center_repository(ward.patient.name)


def the_token_is(**changes: Any) -> Harm:
    """Another one is in use in its place."""

    @contextmanager
    def harm(ward: Ward) -> Iterator[None]:
        tokens = ward.patient.system.bench.tokens(ward.patient.system.bitbucket)
        value = ward.token
        good = tokens[value]
        tokens[value] = replace(good, **changes)
        yield
        tokens[value] = good

    return harm


@contextmanager
def nobody_says_whom_the_token_acts_as(ward: Ward) -> Iterator[None]:
    account = ward.patient.system.bitbucket.state.http_tokens[ward.token].account
    with the_token_is(account=replace(account, nickname=""))(ward):
        yield


def bitbucket_answers(status: int, path: str) -> Harm:
    """With this instead of what it should, for a while."""

    @contextmanager
    def harm(ward: Ward) -> Iterator[None]:
        bitbucket = ward.patient.system.bitbucket
        bitbucket.add_fault("server_error", path=path, status=status, times=None)
        yield
        bitbucket.clear_faults()

    return harm


@contextmanager
def a_webhook_cannot_be_created(ward: Ward) -> Iterator[None]:
    patient = ward.patient
    patient.hooks().clear()
    patient.system.bitbucket.add_fault(
        "server_error", method="POST", path=patient.system.bench.webhooks
    )
    yield
    assert found(patient.check())["webhook"]["repaired"]


def the_webhook_has(**changes: Any) -> Harm:
    """Somebody changed it. Looking at it is what repairs it."""

    @contextmanager
    def harm(ward: Ward) -> Iterator[None]:
        path = f"/webhooks/{ward.patient.id}"
        ward.patient.change_hook(
            **{name: value + path if name == "url" else value for name, value in changes.items()}
        )
        yield

    return harm


@contextmanager
def our_address_leads_nowhere(ward: Ward) -> Iterator[None]:
    ward.patient.settings(PUBLIC_URL=NOBODY)
    yield
    ward.patient.settings(PUBLIC_URL="")
    assert found(ward.patient.check())["webhook_url"]["repaired"]


@contextmanager
def nothing_has_come_in_yet(ward: Ward) -> Iterator[None]:
    key = {"pk": {"S": f"INTEGRATION#{ward.patient.id}"}, "sk": {"S": "ACTIVITY"}}
    ward.patient.system.account.client("dynamodb").delete_item(TableName="table", Key=key)
    yield
    ward.something_happens()


@dataclass(frozen=True)
class Ill:
    """What is wrong, how its probe shows it, and the reason that the health has if it failed."""

    harm: Harm
    shown: str = FAILED
    reason: str = ""


ON_BOTH = {
    "reachable": Ill(the_door_is_closed, reason="bitbucket_unavailable"),
    "tls": Ill(the_certificate_has_expired, reason="tls_failed"),
    "token": Ill(the_token_has_expired, reason="access_token_rejected"),
    "repository": Ill(the_repository_is_gone, reason="not_found_in_bitbucket"),
    "webhook": Ill(a_webhook_cannot_be_created, reason="bitbucket_unavailable"),
    "webhook_active": Ill(the_webhook_has(active=False), REPAIRED),
    "webhook_events": Ill(the_webhook_has(events=("repo:push",)), REPAIRED),
    "webhook_url": Ill(the_webhook_has(url="https://elsewhere.example.com"), REPAIRED),
}
ILLS: dict[str, dict[str, Ill]] = {
    CLOUD.provider: ON_BOTH
    | {
        "token_kind": Ill(the_token_is(kind="api_token"), WARNING),
        "comment": Ill(the_token_is(scopes=("repository", "webhook")), reason="permission_missing"),
        "build_status": Ill(bitbucket_answers(503, "*/statuses"), reason="bitbucket_unavailable"),
        "manage_webhooks": Ill(the_token_is(scopes=("pullrequest",)), WARNING),
        "delivery": Ill(nothing_has_come_in_yet, SKIPPED),
    },
    DATA_CENTER.provider: ON_BOTH
    | {
        "version": Ill(the_server_is_too_old, reason="unsupported_version"),
        "token_kind": Ill(nobody_says_whom_the_token_acts_as, SKIPPED),
        "comment": Ill(the_repository_is_archived, reason="refused_by_bitbucket"),
        "build_status": Ill(bitbucket_answers(404, "*/builds"), reason="no_build_statuses"),
        "manage_webhooks": Ill(the_token_is(permission="REPO_READ"), WARNING),
        "delivery": Ill(our_address_leads_nowhere, reason="webhook_not_delivered"),
    },
}


def shown(body: dict[str, Any]) -> dict[str, str]:
    """Each probe's status, which is `repaired` where it was."""
    return {
        name: REPAIRED if check["repaired"] else check["status"]
        for name, check in found(body).items()
    }


@on_both
def test_every_probe_is_among_those_that_are_shown(ward: Ward) -> None:
    healthy = shown(ward.patient.check())
    assert healthy.keys() == ILLS[ward.patient.system.bench.provider].keys()
    assert set(healthy.values()) == {"ok"}


@pytest.mark.parametrize(
    ("bench", "name"),
    [
        pytest.param(bench, name, id=f"{bench.provider}-{name}")
        for bench in (CLOUD, DATA_CENTER)
        for name in ILLS[bench.provider]
    ],
)
def test_a_probe_shows_what_is_wrong_until_it_is_cured(ward: Ward, bench: Bench, name: str) -> None:
    ill = ILLS[bench.provider][name]
    with ill.harm(ward):
        body = ward.patient.check()
        seen = shown(body)
        before = itertools.takewhile(lambda one: one != name, seen)
        assert seen[name] == ill.shown
        assert {seen[one] for one in before} <= {"ok", SKIPPED, REPAIRED}
        assert failures(body) == ([name] if ill.shown == FAILED else [])
        assert body["integration"]["health"]["reason"] == (ill.reason or "ok")
    cured = ward.patient.check()
    assert set(shown(cured).values()) == {"ok"}
    assert cured["integration"]["health"]["ok"] is True

"""The doctor: each thing that can be wrong is seen, told with its cure, and seen to be cured."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from local.bitbucket.model import Hook
from tests.functional.bench import CLOUD, DATA_CENTER, on_both, only_on
from tests.functional.conftest import System
from tests.functional.front_door import front_door
from tests.functional.patient import Patient, failures, found, repaired, statuses
from tests.functional.problems import fields, problem
from tests.unit.certificates import Authority

pytestmark = on_both

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def patient(system: System) -> Patient:
    made = Patient(system)
    made.configure()
    return made


@pytest.fixture
def unconfigured(system: System) -> Patient:
    return Patient(system)


def skipped_after(body: dict[str, Any], name: str) -> bool:
    """Whether nothing after the failed one was looked at, and says why."""
    checks = list(found(body).values())
    after = checks[[check["name"] for check in checks].index(name) + 1 :]
    return bool(after) and all(
        check["status"] == "skipped" and f"since {name} failed" in check["seen"] for check in after
    )


class TestAHealthyIntegration:
    def test_has_nothing_that_failed(self, patient: Patient) -> None:
        body = patient.check()
        assert body["ok"] is True
        assert failures(body) == repaired(body) == []
        assert body["integration"]["id"] == patient.id
        assert body["integration"]["health"]["ok"] is True
        assert body["manual_webhook"] is None
        assert patient.system.account.metrics("IntegrationChecked") == 1

    def test_is_told_what_was_seen_in_the_order_of_looking(self, patient: Patient) -> None:
        seen = statuses(patient.check())
        assert list(seen) == [
            "reachable",
            "tls",
            *([] if patient.on_cloud else ["version"]),
            "token",
            "token_kind",
            "repository",
            "comment",
            "build_status",
            "manage_webhooks",
            "webhook",
            "webhook_active",
            "webhook_events",
            "webhook_url",
            "delivery",
        ]
        # The emulator speaks no TLS, and Cloud has delivered nothing yet.
        not_ok = {name: status for name, status in seen.items() if status != "ok"}
        expected = {"tls": "warning"} | ({"delivery": "skipped"} if patient.on_cloud else {})
        assert not_ok == expected

    def test_is_left_as_it_was(self, patient: Patient) -> None:
        hooks, items = same(patient.hooks().values()), patient.system.account.items()
        patient.check()
        assert same(patient.hooks().values()) == hooks
        assert patient.system.account.items() == items

    def test_is_looked_at_in_the_same_way_when_it_is_configured(
        self, unconfigured: Patient
    ) -> None:
        first = unconfigured.configure()
        assert statuses(first) == statuses(unconfigured.check())
        assert failures(first) == repaired(first) == []
        assert failures(unconfigured.configure()) == []

    def test_when_events_have_come_in_the_last_one_is_named(self, patient: Patient) -> None:
        patient.system.bitbucket.open_pull_request(patient.name, title="Fix amounts")
        patient.system.bitbucket.wait_until_delivered()
        patient.system.account.drain()
        delivery = found(patient.check())["delivery"]
        assert delivery["status"] == "ok"
        assert patient.system.bench.opened in delivery["seen"]


class TestTheConnection:
    def test_nobody_answers(self, patient: Patient) -> None:
        with front_door(patient.system.bitbucket.url) as door:
            patient.behind(door.url)
            patient.configure()
            door.closed = True
            body = patient.check()
            assert failures(body) == ["reachable"]
            assert skipped_after(body, "reachable")
            assert body["integration"]["health"]["reason"] == "bitbucket_unavailable"
            door.closed = False
            assert failures(patient.check()) == []

    def test_nobody_answers_while_it_is_configured(self, unconfigured: Patient) -> None:
        with front_door(unconfigured.system.bitbucket.url) as door:
            unconfigured.behind(door.url)
            door.closed = True
            refused = problem(unconfigured.try_to_configure(), 503, "bitbucket_unavailable")
            assert failures(refused) == ["reachable"]
            door.closed = False
            assert failures(unconfigured.configure()) == []

    def test_the_port_is_wrong(self, unconfigured: Patient) -> None:
        unconfigured.behind(lambda url: NOBODY + "/2.0" if unconfigured.on_cloud else NOBODY)
        reachable = found(problem(unconfigured.try_to_configure(), 503, "bitbucket_unavailable"))[
            "reachable"
        ]
        assert "connection refused" in reachable["seen"]
        assert "Check the port" in reachable["cure"]

    @pytest.mark.parametrize(
        ("certificate", "cure"),
        [
            ("of a private CA", "CaBundleSecretArn"),
            ("expired", "Renew the certificate"),
            ("of another name", "name that is in the certificate"),
        ],
    )
    def test_the_certificate_is_not_good(
        self, unconfigured: Patient, certificate: str, cure: str
    ) -> None:
        authority = Authority()
        good = authority.server("127.0.0.1")
        bad = {
            "of a private CA": good,
            "expired": authority.server("127.0.0.1", until=-timedelta(hours=1)),
            "of another name": authority.server("bitbucket.example.com"),
        }[certificate]
        if certificate != "of a private CA":
            trust(unconfigured, authority)
        with front_door(unconfigured.system.bitbucket.url) as door:
            door.certificate = bad
            unconfigured.behind(door.url)
            body = problem(unconfigured.try_to_configure(), 422, "tls_failed")
            assert failures(body) == ["tls"]
            assert cure in found(body)["tls"]["cure"]
            assert found(body)["reachable"]["status"] == "ok"
            assert skipped_after(body, "tls")
            door.certificate = good
            trust(unconfigured, authority)
            assert found(unconfigured.configure())["tls"]["status"] == "ok"

    def test_the_certificate_expires_later_on(self, unconfigured: Patient) -> None:
        authority = Authority()
        good = authority.server("127.0.0.1")
        trust(unconfigured, authority)
        with front_door(unconfigured.system.bitbucket.url) as door:
            door.certificate = good
            unconfigured.behind(door.url)
            unconfigured.configure()
            door.certificate = authority.server("127.0.0.1", until=-timedelta(hours=1))
            body = unconfigured.check()
            assert failures(body) == ["tls"]
            assert body["integration"]["health"]["reason"] == "tls_failed"
            door.certificate = good
            assert failures(unconfigured.check()) == []

    @only_on(DATA_CENTER, "the address of Cloud's API is the operator's own choice")
    def test_the_host_is_not_one_that_the_operator_has_listed(self, patient: Patient) -> None:
        allowed = patient.system.account.environment["ALLOWED_BITBUCKET_HOSTS"]
        # The emulator is both Bitbuckets, and the origin of Cloud's API is always allowed.
        patient.settings(
            ALLOWED_BITBUCKET_HOSTS="", BITBUCKET_CLOUD_API_URL="https://api.example.com/2.0"
        )
        body = patient.check()
        assert failures(body) == ["reachable"]
        assert "AllowedBitbucketHosts" in found(body)["reachable"]["cure"]
        assert body["integration"]["health"]["reason"] == "address_refused"
        patient.settings(ALLOWED_BITBUCKET_HOSTS=allowed)
        assert failures(patient.check()) == []


def trust(patient: Patient, authority: Authority) -> None:
    """Deploy with this authority's certificate in the CA bundle."""
    secrets = patient.system.account.client("secretsmanager")
    made = secrets.create_secret(Name=f"ca-{datetime.now(UTC)}", SecretString=authority.pem)
    patient.settings(CA_BUNDLE_ARN=made["ARN"])


@only_on(DATA_CENTER, "there is one version of Cloud")
class TestTheVersion:
    def test_is_too_old(self, patient: Patient) -> None:
        bitbucket = patient.system.bitbucket
        bitbucket.set_data_center_version("6.10.17")
        body = patient.check()
        assert failures(body) == ["version"]
        assert "6.10.17" in found(body)["version"]["seen"]
        assert "7.0" in found(body)["version"]["cure"]
        assert skipped_after(body, "version")
        assert body["integration"]["health"]["reason"] == "unsupported_version"
        bitbucket.set_data_center_version("7.0.0")
        assert failures(patient.check()) == []

    def test_old_ones_show_build_statuses_in_every_repository(self, patient: Patient) -> None:
        every = "in every repository"
        assert every not in found(patient.check())["build_status"]["seen"]
        patient.system.bitbucket.set_data_center_version("7.3.9")
        assert every in found(patient.check())["build_status"]["seen"]

    def test_of_an_updated_server_is_remembered(self, patient: Patient) -> None:
        patient.system.bitbucket.set_data_center_version("10.2.7")
        patient.check()
        [row] = patient.system.account.items("INTEGRATIONS", patient.id)
        assert row["repository"]["M"]["version"]["S"] == "10.2.7"

    def test_is_not_found_where_there_is_no_bitbucket(self, unconfigured: Patient) -> None:
        unconfigured.behind(lambda url: f"{url}/elsewhere")
        body = problem(unconfigured.try_to_configure(), 422, "not_found_in_bitbucket")
        assert failures(body) == ["version"]
        assert "There is no Bitbucket at" in found(body)["version"]["seen"]
        assert "as the browser shows it" in found(body)["version"]["cure"]


class TestTheToken:
    def test_was_revoked(self, patient: Patient) -> None:
        patient.system.bitbucket.revoke_access_token(patient.current_token())
        body = patient.check()
        assert failures(body) == ["token"]
        assert "Repository settings →" in found(body)["token"]["cure"]
        assert found(body)["reachable"]["status"] == "ok"
        assert skipped_after(body, "token")
        assert body["integration"]["health"]["reason"] == "access_token_rejected"
        assert failures(patient.configure()) == []
        assert patient.check()["integration"]["health"]["ok"] is True

    def test_is_wrong_when_it_is_configured(self, unconfigured: Patient) -> None:
        body = problem(unconfigured.try_to_configure("not-a-token"), 422, "access_token_rejected")
        assert failures(body) == fields_as_probes(body) == ["token"]

    def test_has_expired(self, unconfigured: Patient) -> None:
        token = unconfigured.token()
        unconfigured.system.bitbucket.expire_access_token(token)
        body = problem(unconfigured.try_to_configure(token), 422, "access_token_rejected")
        assert failures(body) == ["token"]
        assert "expired" in found(body)["token"]["seen"]
        assert failures(unconfigured.configure()) == []

    def test_is_gone_from_secrets_manager(self, patient: Patient) -> None:
        account = patient.system.account
        [name] = account.access_tokens()
        account.client("secretsmanager").delete_secret(
            SecretId=name, ForceDeleteWithoutRecovery=True
        )
        body = patient.check()
        assert failures(body) == ["token"]
        assert body["integration"]["health"]["reason"] == "missing_secret"
        assert failures(patient.configure()) == []
        assert failures(patient.check()) == []

    @only_on(CLOUD, "Data Center does not tell the kinds of tokens apart")
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("repo_access_token", "repository access token"),
            ("project_access_token", "all repositories of the project"),
            ("workspace_access_token", "the whole workspace"),
        ],
    )
    def test_is_of_a_kind(self, unconfigured: Patient, kind: str, words: str) -> None:
        scopes = ("pullrequest", "webhook")
        bitbucket = unconfigured.system.bitbucket
        token = bitbucket.create_access_token(unconfigured.name, scopes, kind=kind)
        found_kind = found(unconfigured.configure(token))["token_kind"]
        assert found_kind["status"] == "ok"
        assert words in found_kind["seen"]
        assert "when it expires" in found_kind["seen"]

    @only_on(DATA_CENTER, "Cloud's repository access tokens act as nobody")
    def test_acts_as_a_user(self, patient: Patient) -> None:
        bitbucket = patient.system.bitbucket
        token = bitbucket.create_data_center_token(patient.name, user="Ada Osei")
        kind = found(patient.configure(token))["token_kind"]
        assert kind["status"] == "ok"
        assert "acts as the user ada" in kind["seen"]
        assert "when it expires" in kind["seen"]


def fields_as_probes(body: dict[str, Any]) -> list[str]:
    """The fields that a problem names, by the probes that stand for them."""
    return [{"access_token": "token"}.get(field, field) for field in fields(body)]


class TestTheRepository:
    def test_is_not_there(self, unconfigured: Patient) -> None:
        right = unconfigured.address
        unconfigured.address = right.replace("jaffle-shop", "nowhere")
        body = problem(unconfigured.try_to_configure(), 422, "not_found_in_bitbucket")
        assert failures(body) == ["repository"]
        assert found(body)["token"]["status"] == "ok"
        assert skipped_after(body, "repository")
        unconfigured.address = right
        assert failures(unconfigured.configure()) == []

    def test_was_deleted(self, patient: Patient) -> None:
        bitbucket = patient.system.bitbucket
        gone = bitbucket.state.repositories.pop(bitbucket.repository(patient.name).uuid)
        body = patient.check()
        assert failures(body) == ["repository"]
        assert body["integration"]["health"]["reason"] == "not_found_in_bitbucket"
        bitbucket.state.repositories[gone.repository.uuid] = gone
        assert failures(patient.check()) == []

    def test_was_renamed_and_is_shown_by_its_new_name(self, patient: Patient) -> None:
        patient.system.bitbucket.rename_repository(patient.name, "shop")
        body = patient.check()
        assert failures(body) == []
        name = "acme/shop" if patient.on_cloud else "DATA/shop"
        assert body["integration"]["repository"] == name
        assert name in found(body)["repository"]["seen"]
        shown = patient.system.call("GET", f"/integrations/{patient.id}").json()
        assert shown["repository"] == name

    @only_on(DATA_CENTER, "Cloud's repositories go by ids that no other one gets")
    def test_is_another_one_under_the_old_name(self, patient: Patient) -> None:
        bitbucket = patient.system.bitbucket
        del bitbucket.state.repositories[bitbucket.repository(patient.name).uuid]
        bitbucket.create_data_center_repository("DATA", "jaffle-shop")
        patient.use_token(patient.token())
        body = patient.check()
        assert failures(body) == ["repository"]
        assert "another repository" in found(body)["repository"]["seen"].lower()
        assert patient.hooks() == {}

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [("rate_limited", "rate_limited"), ("server_error", "bitbucket_unavailable")],
    )
    def test_cannot_be_seen_for_the_moment(self, patient: Patient, kind: str, reason: str) -> None:
        path = "*}" if patient.on_cloud else "*/jaffle-shop"
        patient.system.bitbucket.add_fault(kind, path=path)
        body = patient.check()
        assert failures(body) == ["repository"]
        assert found(body)["reachable"]["status"] == "ok"
        assert body["integration"]["health"]["reason"] == reason
        assert failures(patient.check()) == []

    @only_on(DATA_CENTER, "on Cloud it is the first thing that is asked for")
    def test_is_not_answered_for_although_bitbucket_answers(self, patient: Patient) -> None:
        patient.system.bitbucket.add_fault("drop", path="*/jaffle-shop")
        body = patient.check()
        assert failures(body) == ["repository"]
        assert found(body)["reachable"]["status"] == "ok"
        assert failures(patient.check()) == []


class TestPermissions:
    @only_on(CLOUD, "on Data Center whoever sees a repository may comment there")
    def test_the_token_may_not_comment(self, patient: Patient) -> None:
        lesser = patient.system.bitbucket.create_access_token(
            patient.name, ("repository", "webhook")
        )
        body = problem(patient.try_to_configure(lesser), 422, "permission_missing")
        assert failures(body) == ["comment"]
        assert "Pull requests: Write" in found(body)["comment"]["cure"]
        patient.use_token(lesser)
        assert failures(patient.check()) == ["comment"]
        assert failures(patient.configure()) == []
        assert failures(patient.check()) == []

    @only_on(DATA_CENTER, "Cloud cannot archive a repository")
    def test_nobody_may_comment_where_all_is_archived(self, unconfigured: Patient) -> None:
        bitbucket = unconfigured.system.bitbucket
        bitbucket.archive_data_center_repository(unconfigured.name)
        body = problem(unconfigured.try_to_configure(), 422, "refused_by_bitbucket")
        assert failures(body) == ["comment"]
        assert "Unarchive" in found(body)["comment"]["cure"]
        assert skipped_after(body, "comment")
        bitbucket.unarchive_data_center_repository(unconfigured.name)
        assert failures(unconfigured.configure()) == []

    def test_the_token_may_not_see_the_repository(self, patient: Patient) -> None:
        bitbucket = patient.system.bitbucket
        token = patient.token()
        if patient.on_cloud:
            token = bitbucket.create_access_token(patient.name, ("webhook",))
        else:
            patient.system.bench.forbid(bitbucket, token)
        body = problem(patient.try_to_configure(token), 422, "permission_missing")
        assert failures(body) == ["repository"]
        assert found(body)["token"]["status"] == "ok"
        assert failures(patient.configure()) == []


class TestBuildStatuses:
    def test_have_no_commit_to_be_on_yet(self, patient: Patient) -> None:
        stored = patient.system.bitbucket.state.named(patient.name)
        kept = stored.commits.copy(), stored.branches.copy()
        stored.commits.clear()
        stored.branches.clear()
        body = patient.check()
        assert failures(body) == []
        assert found(body)["build_status"]["status"] == "skipped"
        stored.commits, stored.branches = kept
        assert found(patient.check())["build_status"]["status"] == "ok"

    @only_on(DATA_CENTER, "on Cloud they are at the same address for ever")
    @pytest.mark.parametrize(
        ("version", "path", "elsewhere"),
        [
            ("7.0.0", "*/build-status/*", "*/builds"),
            ("7.13.9", "*/build-status/*", "*/builds"),
            ("7.14.0", "*/builds", "*/build-status/*"),
            ("10.2.7", "*/builds", "*/build-status/*"),
        ],
    )
    def test_are_looked_for_where_a_version_has_them(
        self, patient: Patient, version: str, path: str, elsewhere: str
    ) -> None:
        bitbucket = patient.system.bitbucket
        bitbucket.set_data_center_version(version)
        bitbucket.add_fault("server_error", path=elsewhere, status=404, times=None)
        assert failures(patient.check()) == []
        bitbucket.add_fault("server_error", path=path, status=404)
        assert failures(patient.check()) == ["build_status"]
        assert failures(patient.check()) == []

    @only_on(DATA_CENTER, "on Cloud they are at the same address for ever")
    def test_that_there_are_not_are_in_the_way_of_nothing_else(self, unconfigured: Patient) -> None:
        bitbucket = unconfigured.system.bitbucket
        bitbucket.add_fault("server_error", path="*/builds", status=404, times=None)
        body = unconfigured.configure()
        assert failures(body) == ["build_status"]
        assert body["integration"]["setup"] == "active"
        assert body["integration"]["health"]["reason"] == "no_build_statuses"
        assert len(unconfigured.hooks()) == 1

        answer = unconfigured.system.call(
            "PATCH", f"/integrations/{unconfigured.id}", json={"settings": {"build_status": False}}
        )
        assert answer.status_code == 200, answer.text
        body = unconfigured.check()
        assert failures(body) == []
        assert "ask for no" in found(body)["build_status"]["seen"]
        assert body["integration"]["health"]["ok"] is True


class TestTheWebhook:
    def test_was_deleted_and_is_created_again(self, patient: Patient) -> None:
        before = patient.hooks().copy()
        patient.hooks().clear()
        assert repaired(patient.check()) == ["webhook"]
        [old], [new] = before.values(), patient.hooks().values()
        assert (new.url, new.secret, new.events) == (old.url, old.secret, old.events)
        assert repaired(patient.check()) == []

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"active": False}, "webhook_active"),
            ({"events": ("repo:push",)}, "webhook_events"),
            ({"url": "https://elsewhere.example.com/webhooks/{id}"}, "webhook_url"),
        ],
        ids=["switched off", "other events", "another address"],
    )
    def test_was_changed_and_is_repaired(
        self, patient: Patient, changes: dict[str, Any], name: str
    ) -> None:
        before = patient.hooks().copy()
        if "url" in changes:
            changes = {"url": str(changes["url"]).format(id=patient.id)}
        patient.change_hook(**changes)
        body = patient.check()
        assert failures(body) == []
        assert repaired(body) == [name]
        assert same(patient.hooks().values()) == same(before.values())
        assert repaired(patient.check()) == []

    def test_has_events_too_many(self, patient: Patient) -> None:
        [hook] = patient.hooks().values()
        patient.change_hook(events=(*hook.events, "repo:push"))
        body = patient.check()
        assert repaired(body) == ["webhook_events"]
        assert "more events" in found(body)["webhook_events"]["seen"]

    def test_has_another_secret_which_nobody_can_see(self, patient: Patient) -> None:
        [before] = patient.hooks().values()
        patient.change_hook(secret="other")
        patient.check()
        [after] = patient.hooks().values()
        assert after.secret == before.secret

    def test_was_copied_and_one_is_left(self, patient: Patient) -> None:
        [(uuid, hook)] = patient.hooks().items()
        other = "{7f1f0dd8-ffb5-4a57-9d5b-5b9cf2a1c001}" if patient.on_cloud else "4711"
        copy = type(hook)(
            **{name: getattr(hook, name) for name in hook.__slots__} | {"uuid": other}
        )
        patient.hooks()[other] = copy
        body = patient.check()
        assert repaired(body) == ["webhook"]
        assert list(patient.hooks()) == [uuid]

    def test_of_others_is_left_alone(self, patient: Patient) -> None:
        [hook] = patient.hooks().values()
        other = "{7f1f0dd8-ffb5-4a57-9d5b-5b9cf2a1c001}" if patient.on_cloud else "4711"
        theirs = replace(hook, uuid=other, url="https://ci.example.com/hook")
        patient.hooks()[other] = theirs
        assert repaired(patient.check()) == []
        assert patient.hooks()[other] == theirs

    def test_could_not_be_repaired_for_the_moment(self, patient: Patient) -> None:
        patient.hooks().clear()
        bench = patient.system.bench
        patient.system.bitbucket.add_fault("server_error", method="POST", path=bench.webhooks)
        body = patient.check()
        assert failures(body) == ["webhook"]
        assert body["integration"]["health"]["reason"] == "bitbucket_unavailable"
        assert repaired(patient.check()) == ["webhook"]

    def test_of_a_configuration_that_stopped_half_way_is_left_to_it(
        self, unconfigured: Patient
    ) -> None:
        bench, bitbucket = unconfigured.system.bench, unconfigured.system.bitbucket
        bitbucket.add_fault("server_error", method="POST", path=bench.webhooks)
        stopped = problem(unconfigured.try_to_configure(), 503, "bitbucket_unavailable")
        assert failures(stopped) == ["webhook"]
        [listed] = unconfigured.system.call("GET", "/integrations").json()["integrations"]
        unconfigured.id = listed["id"]
        body = unconfigured.check()
        assert failures(body) == ["webhook"]
        assert body["integration"]["setup"] == "incomplete"
        assert body["integration"]["health"]["reason"] == "incomplete"
        assert unconfigured.hooks() == {}
        assert unconfigured.configure()["ci_token"]
        assert failures(unconfigured.check()) == []


def same(hooks: Iterable[Hook]) -> list[tuple[object, ...]]:
    """What of webhooks does not change by repairing them."""
    return [(hook.uuid, hook.url, hook.active, hook.events, hook.secret) for hook in hooks]


@only_on(DATA_CENTER, "Cloud cannot be asked whether its webhooks arrive")
class TestDelivery:
    def test_bitbucket_cannot_reach_us(self, patient: Patient) -> None:
        patient.settings(PUBLIC_URL=NOBODY)
        body = patient.check()
        assert failures(body) == ["delivery"]
        assert "127.0.0.1" in found(body)["delivery"]["cure"]
        assert body["integration"]["health"]["reason"] == "webhook_not_delivered"
        patient.settings(PUBLIC_URL="")
        assert failures(patient.check()) == []
        assert patient.check()["integration"]["health"]["ok"] is True

    def test_bitbucket_reaches_somebody_else(self, patient: Patient) -> None:
        patient.settings(PUBLIC_URL=patient.system.bitbucket.url)
        delivery = found(patient.check())["delivery"]
        assert delivery["status"] == "failed"
        assert "the answer 404 from 127.0.0.1" in delivery["seen"]

    def test_that_does_not_work_is_no_reason_not_to_configure(self, unconfigured: Patient) -> None:
        unconfigured.settings(PUBLIC_URL=NOBODY)
        body = unconfigured.configure()
        assert failures(body) == ["delivery"]
        assert body["ci_token"]
        assert body["integration"]["setup"] == "active"
        assert body["integration"]["health"]["ok"] is False

    def test_the_latest_one_failed(self, patient: Patient) -> None:
        bitbucket, account = patient.system.bitbucket, patient.system.account
        account.calls.fail("SendMessage")
        number = bitbucket.open_pull_request(patient.name, title="Fix amounts").id
        bitbucket.wait_until_delivered()
        delivery = found(patient.check())["delivery"]
        assert delivery["status"] == "warning"
        assert "pr:opened" in delivery["seen"]
        assert "503" in delivery["seen"]
        bitbucket.push_commit(patient.name, number)
        bitbucket.wait_until_delivered()
        assert found(patient.check())["delivery"]["status"] == "ok"

    def test_is_not_tested_when_looking_has_taken_long_already(
        self, patient: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api = patient.system.account.function("ConfigureFunction")._api
        ticks = count(step=15)
        slow = replace(api.doctor, now=lambda: float(next(ticks)))
        monkeypatch.setattr(api, "doctor", slow)
        patient.system.bitbucket.clear_requests()
        delivery = found(patient.check())["delivery"]
        assert delivery["status"] == "skipped"
        assert "no time left" in delivery["seen"]
        assert patient.system.bitbucket.requests(path="*/webhooks/test") == []

    def test_could_not_be_tested(self, patient: Patient) -> None:
        patient.system.bitbucket.add_fault("server_error", path="*/webhooks/test")
        body = patient.check()
        assert failures(body) == []
        assert found(body)["delivery"]["status"] == "warning"
        assert "Test connection" in found(body)["delivery"]["cure"]


class TestTheAnswer:
    def test_to_an_unknown_integration_is_404(self, system: System) -> None:
        answer = system.call("POST", "/integrations/aaaaaaaaaaaaaaaa/check")
        problem(answer, 404, "unknown_integration")

    def test_asks_for_the_admin_token(self, patient: Patient) -> None:
        answer = patient.system.call("POST", f"/integrations/{patient.id}/check", "wrong")
        problem(answer, 401, "not_authenticated")

    @pytest.mark.parametrize("operation", ["GetItem", "UpdateItem"])
    def test_is_503_when_the_table_is_out_of_reach(self, patient: Patient, operation: str) -> None:
        patient.system.account.calls.fail(operation)
        answer = patient.system.call("POST", f"/integrations/{patient.id}/check")
        problem(answer, 503, "try_again_later")
        assert failures(patient.check()) == []

    def test_says_since_when_it_is_so(
        self, patient: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        patient.system.bitbucket.revoke_access_token(patient.current_token())
        first = patient.check()["integration"]["health"]
        api = patient.system.account.function("ConfigureFunction")._api
        monkeypatch.setattr(api, "doctor", replace(api.doctor, now=lambda: 4_000_000_000.0))
        assert patient.check()["integration"]["health"] == first
        shown = patient.system.call("GET", f"/integrations/{patient.id}").json()
        assert shown["health"] == first

    def test_holds_no_secret(self, patient: Patient) -> None:
        [hook] = patient.hooks().values()
        token = patient.current_token()
        answer = patient.system.call("POST", f"/integrations/{patient.id}/check")
        assert answer.headers["Cache-Control"] == "no-store"
        assert token not in answer.text
        assert str(hook.secret) not in answer.text

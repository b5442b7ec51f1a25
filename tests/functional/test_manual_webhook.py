"""Tokens that may comment but not manage webhooks: a person enters the webhook instead."""

import hashlib
import hmac
import re
from dataclasses import replace
from typing import Any

import pytest

from local.bitbucket.model import Hook
from tests.functional.bench import on_both
from tests.functional.conftest import Connection, System
from tests.functional.data_diff_lines import identical
from tests.functional.patient import Patient, failures, found, repaired

pytestmark = on_both


@pytest.fixture
def patient(system: System) -> Patient:
    return Patient(system)


def enter(patient: Patient, entered: dict[str, Any], **changes: Any) -> Hook:
    """Do in Bitbucket what the steps say."""
    made = patient.system.bitbucket.state.now()
    hook = Hook(
        uuid="{7f1f0dd8-ffb5-4a57-9d5b-5b9cf2a1c001}" if patient.on_cloud else "4711",
        url=entered["url"],
        description="Entered by hand",
        events=tuple(entered["events"]),
        active=True,
        skip_cert_verification=False,
        history_enabled=True,
        created_at=made,
        secret=entered["secret"],
    )
    hook = replace(hook, **changes)
    patient.hooks()[hook.uuid] = hook
    return hook


def something_happens(patient: Patient) -> None:
    """A pull request is opened, and its event arrives."""
    patient.system.bitbucket.open_pull_request(patient.name, title="Fix amounts")
    patient.system.bitbucket.wait_until_delivered()
    patient.system.account.drain()


class TestConfiguring:
    def test_works_and_tells_which_webhook_to_enter(self, patient: Patient) -> None:
        answer = patient.try_to_configure(patient.token(webhooks=False))
        assert answer.status_code == 201, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        body = answer.json()
        assert body["integration"]["setup"] == "active"
        assert body["integration"]["webhook"] == "manual"
        assert body["integration"]["health"]["ok"] is True
        assert body["ci_token"].startswith("ddci_")
        manual = body["manual_webhook"]
        assert manual["url"] == body["integration"]["webhook_url"]
        assert manual["url"].endswith(f"/webhooks/{body['integration']['id']}")
        assert manual["events"] == list(patient.system.bench.events)
        assert re.fullmatch(r"[0-9a-f]{64}", manual["secret"])
        assert patient.hooks() == {}

    def test_says_what_the_token_lacks_and_that_this_is_no_failure(self, patient: Patient) -> None:
        body = patient.configure(patient.token(webhooks=False))
        assert failures(body) == repaired(body) == []
        checks = found(body)
        lacking = "Webhooks: Read and write" if patient.on_cloud else "Repository admin"
        assert checks["manage_webhooks"]["status"] == "warning"
        assert lacking in checks["manage_webhooks"]["seen"]
        assert checks["webhook"]["status"] == "warning"
        assert "manual_webhook" in checks["webhook"]["cure"]
        for name in ("webhook_active", "webhook_events", "webhook_url", "delivery"):
            assert checks[name]["status"] == "skipped"

    def test_has_steps_in_the_words_of_bitbuckets_screen(self, patient: Patient) -> None:
        manual = patient.configure(patient.token(webhooks=False))["manual_webhook"]
        steps = " ".join(manual["steps"])
        button, merged = (
            ("Add webhook", "Merged") if patient.on_cloud else ("Create webhook", "Merged")
        )
        assert f"Repository settings → Webhooks → {button}" in steps
        assert merged in steps
        assert manual["secret"] not in steps
        assert "{" not in steps

    def test_tells_the_same_every_time(self, patient: Patient) -> None:
        first = patient.configure(patient.token(webhooks=False))
        second = patient.try_to_configure(patient.token(webhooks=False))
        assert second.status_code == 200
        assert second.json()["manual_webhook"] == first["manual_webhook"]
        assert patient.check()["manual_webhook"] == first["manual_webhook"]

    def test_stores_no_secret(self, patient: Patient) -> None:
        secret = patient.configure(patient.token(webhooks=False))["manual_webhook"]["secret"]
        patient.check()
        account = patient.system.account
        shown = patient.system.call("GET", f"/integrations/{patient.id}").text
        for place in (repr(account.items()), account.output.getvalue(), shown):
            assert secret not in place

    def test_a_managed_webhook_needs_nothing_to_be_entered(self, patient: Patient) -> None:
        body = patient.configure()
        assert body["integration"]["webhook"] == "managed"
        assert body["manual_webhook"] is None


class TestAWebhookThatWasEntered:
    def test_lets_reports_be_posted(self, patient: Patient) -> None:
        body = patient.configure(patient.token(webhooks=False))
        enter(patient, body["manual_webhook"])
        connection = Connection(patient.system, patient.id, body["ci_token"])
        number, head = connection.open_pull_request()
        connection.settle()
        assert connection.build_status(head)[0] == "INPROGRESS"
        connection.submit(identical(), commit=head)
        connection.settle()
        assert len(connection.comments(number)) == 1

    def test_has_proved_itself_with_its_first_event(self, patient: Patient) -> None:
        enter(patient, patient.configure(patient.token(webhooks=False))["manual_webhook"])
        assert found(patient.check())["webhook"]["status"] == "warning"
        something_happens(patient)
        checks = found(patient.check())
        assert checks["webhook"]["status"] == checks["delivery"]["status"] == "ok"
        assert "first signed event" in checks["webhook"]["seen"]
        assert patient.system.bench.opened in checks["delivery"]["seen"]

    def test_has_not_proved_itself_when_its_secret_is_wrong(self, patient: Patient) -> None:
        manual = patient.configure(patient.token(webhooks=False))["manual_webhook"]
        enter(patient, manual, secret="mistyped")
        something_happens(patient)
        assert found(patient.check())["webhook"]["status"] == "warning"

    def test_is_signed_with_the_secret_that_was_told(self, patient: Patient) -> None:
        manual = patient.configure(patient.token(webhooks=False))["manual_webhook"]
        body = patient.system.bench.payload()
        signature = hmac.new(manual["secret"].encode(), body, hashlib.sha256).hexdigest()
        answer = patient.system.call(
            "POST",
            f"/webhooks/{patient.id}",
            None,
            data=body,
            headers={
                "X-Hub-Signature": f"sha256={signature}",
                "X-Event-Key": patient.system.bench.opened,
            },
        )
        assert answer.status_code == 202

    def test_is_taken_over_by_a_token_that_may_manage_it(self, patient: Patient) -> None:
        manual = patient.configure(patient.token(webhooks=False))["manual_webhook"]
        entered = enter(patient, manual, active=False, events=("repo:push",))
        body = patient.configure()
        assert body["integration"]["webhook"] == "managed"
        assert body["manual_webhook"] is None
        assert body["ci_token"] is None
        [hook] = patient.hooks().values()
        assert (hook.uuid, hook.secret, hook.active) == (entered.uuid, manual["secret"], True)
        assert hook.events == patient.system.bench.events
        assert repaired(body) == ["webhook_active", "webhook_events"]
        assert patient.check()["integration"]["webhook"] == "managed"

    def test_that_nobody_entered_is_created_by_a_token_that_may(self, patient: Patient) -> None:
        patient.configure(patient.token(webhooks=False))
        body = patient.configure()
        assert body["integration"]["webhook"] == "managed"
        assert repaired(body) == []
        assert len(patient.hooks()) == 1

    def test_stays_when_the_integration_is_deleted_and_the_admin_is_told(
        self, patient: Patient
    ) -> None:
        manual = patient.configure(patient.token(webhooks=False))["manual_webhook"]
        enter(patient, manual)
        something_happens(patient)
        answer = patient.system.call("DELETE", f"/integrations/{patient.id}")
        assert answer.status_code == 200
        assert answer.json()["webhook_removed"] is False
        assert manual["url"] in answer.json()["detail"]
        assert patient.system.account.items() == []


class TestATokenThatMayNoLonger:
    def test_leaves_the_webhook_working(self, patient: Patient) -> None:
        patient.configure()
        before = patient.hooks().copy()
        patient.use_token(patient.token(webhooks=False))
        body = patient.check()
        assert failures(body) == []
        assert body["integration"]["webhook"] == "manual"
        assert patient.hooks() == before
        [hook] = before.values()
        assert body["manual_webhook"]["secret"] == hook.secret
        something_happens(patient)
        assert found(patient.check())["webhook"]["status"] == "ok"

    def test_is_told_so_when_it_is_configured(self, patient: Patient) -> None:
        patient.configure()
        before = patient.hooks().copy()
        body = patient.configure(patient.token(webhooks=False))
        assert body["integration"]["webhook"] == "manual"
        assert body["manual_webhook"]
        assert patient.hooks() == before
        assert patient.configure()["integration"]["webhook"] == "managed"
        assert list(patient.hooks()) == list(before)

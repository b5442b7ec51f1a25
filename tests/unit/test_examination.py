from collections.abc import Sequence

import pytest

from bitbucket_integration.errors import BitbucketUnavailableError, PermissionMissingError
from bitbucket_integration.integration import Health
from doctor.cloud_screens import CLOUD_SCREENS
from doctor.examination import Examination
from doctor.probe import Probe, ProbeName, ProbeStatus, ok, skipped, warning
from tests.unit.stored import Clock

NAMES = (ProbeName.REACHABLE, ProbeName.TLS, ProbeName.REPOSITORY, ProbeName.WEBHOOK)


@pytest.fixture
def examination() -> Examination:
    return Examination(NAMES, "https://api.bitbucket.org/2.0", CLOUD_SCREENS, Clock())


def test_what_was_found_is_told_in_the_order_of_the_probes(examination: Examination) -> None:
    examination.add(ok(ProbeName.WEBHOOK, "There is one."), ok(ProbeName.REPOSITORY, "It is."))
    examination.answered()
    assert [probe.name for probe in examination.probes()] == list(NAMES)
    assert examination.health("now") == Health(since="now")


def test_after_a_failure_the_rest_is_skipped_and_says_why(examination: Examination) -> None:
    with pytest.raises(PermissionMissingError), examination.at(ProbeName.REPOSITORY):
        raise PermissionMissingError("it may not")
    *_, repository, webhook = examination.probes()
    assert repository.status is ProbeStatus.FAILED
    assert webhook == skipped(ProbeName.WEBHOOK, "Not looked at, since repository failed.")


def test_what_was_not_looked_at_for_another_reason_says_so(examination: Examination) -> None:
    assert {probe.seen for probe in examination.probes()} == {
        "Not looked at: something else went wrong before."
    }


def test_the_first_failure_is_the_integrations_health(examination: Examination) -> None:
    with pytest.raises(BitbucketUnavailableError), examination.at(ProbeName.WEBHOOK):
        raise BitbucketUnavailableError("creating the webhook: Bitbucket answered 503")
    health = examination.health("now")
    assert health.reason == "bitbucket_unavailable"
    assert health.detail.startswith("Creating the webhook: Bitbucket answered 503. Try again")
    assert health.since == "now"


def test_a_warning_is_no_illness(examination: Examination) -> None:
    examination.add(warning(ProbeName.WEBHOOK, "No event yet.", "Wait."))
    assert examination.health("now").ok


def test_other_errors_are_not_kept(examination: Examination) -> None:
    with pytest.raises(ValueError, match="a fault"), examination.at(ProbeName.WEBHOOK):
        raise ValueError("a fault of the code")
    assert examination.health("now").ok


def test_it_knows_how_long_it_takes() -> None:
    clock = Clock()
    examination = Examination(NAMES, "https://api.bitbucket.org/2.0", CLOUD_SCREENS, clock)
    clock.seconds += 3.5
    assert examination.seconds == 3.5


class TestWhoWatches:
    @pytest.fixture
    def told(self) -> list[tuple[list[str], str | None]]:
        return []

    @pytest.fixture
    def watched(self, told: list[tuple[list[str], str | None]]) -> Examination:
        def watcher(found: Sequence[Probe], looking_at: ProbeName | None) -> None:
            told.append(([one.name for one in found], looking_at))

        return Examination(
            NAMES, "https://api.bitbucket.org/2.0", CLOUD_SCREENS, Clock(), watcher=watcher
        )

    def test_is_told_before_anything_is_asked(
        self, watched: Examination, told: list[tuple[list[str], str | None]]
    ) -> None:
        with watched.at(ProbeName.REPOSITORY):
            # The answer will show the connection before all else.
            assert told == [([], "reachable")]

    def test_is_told_what_was_found_in_its_order_and_what_is_next(
        self, watched: Examination, told: list[tuple[list[str], str | None]]
    ) -> None:
        watched.add(ok(ProbeName.REPOSITORY, "It is."))
        watched.answered()
        with watched.at(ProbeName.WEBHOOK):
            assert told == [(["reachable", "tls", "repository"], "webhook")]

    def test_is_told_all_at_the_end(
        self, watched: Examination, told: list[tuple[list[str], str | None]]
    ) -> None:
        with pytest.raises(PermissionMissingError), watched.at(ProbeName.REPOSITORY):
            raise PermissionMissingError("it may not")
        assert watched.ended() == watched.probes()
        assert told[-1] == (list(NAMES), None)

    def test_is_told_of_what_is_looked_at_again(
        self, watched: Examination, told: list[tuple[list[str], str | None]]
    ) -> None:
        watched.add(*(ok(name, "It is.") for name in NAMES))
        with watched.at(ProbeName.WEBHOOK):
            assert told == [(list(NAMES), "webhook")]

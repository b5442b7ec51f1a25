"""What of a report does not fit into Code Insights, on either Bitbucket."""

from dataclasses import replace
from typing import Any

import pytest

from bitbucket_integration.bitbucket.code_insights import MOST_ANNOTATIONS, DataField, DataType
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import BuildState
from tests.unit import cloud_calls, data_center_calls
from tests.unit.code_insights import ANNOTATION, REPORT

COMMIT = cloud_calls.COMMIT
CLOUD, DATA_CENTER = cloud_calls.REPOSITORY, data_center_calls.REPOSITORY
EACH = pytest.mark.parametrize("repository", [CLOUD, DATA_CENTER], ids=["cloud", "data center"])


def annotations(number: int) -> list[Any]:
    return [replace(ANNOTATION, external_id=f"a{index}") for index in range(number)]


@pytest.mark.parametrize(
    ("repository", "most"), [(CLOUD, 10), (DATA_CENTER, 6)], ids=["cloud", "data center"]
)
def test_the_least_important_fields_are_left_out(
    repository: BitbucketRepository, most: int
) -> None:
    fields = tuple(DataField(f"Field {number}", DataType.NUMBER, number) for number in range(12))
    request = repository.put_insight_report(COMMIT, replace(REPORT, data=fields)).request
    assert [field["value"] for field in request.body["data"]] == list(range(most))


@EACH
def test_a_report_without_fields_says_so(repository: BitbucketRepository) -> None:
    request = repository.put_insight_report(COMMIT, replace(REPORT, data=())).request
    assert request.body["data"] == []


@pytest.mark.parametrize(
    ("repository", "word"), [(CLOUD, "PASSED"), (DATA_CENTER, "PASS")], ids=["cloud", "data center"]
)
def test_each_bitbucket_has_its_own_word_for_a_pass(
    repository: BitbucketRepository, word: str
) -> None:
    request = repository.put_insight_report(COMMIT, replace(REPORT, passed=True)).request
    assert request.body["result"] == word


@EACH
def test_long_texts_of_a_report_are_cut(repository: BitbucketRepository) -> None:
    for title, details in ((450, 2000), (451, 2001)):
        report = replace(REPORT, title="t" * title, reporter="r" * title, details="d" * details)
        body = repository.put_insight_report(COMMIT, report).request.body
        assert (len(body["title"]), len(body["reporter"]), len(body["details"])) == (450, 450, 2000)
        assert body["title"].endswith("…") is (title > 450)


def test_what_does_not_fit_into_clouds_summary_is_in_the_details() -> None:
    def body(length: int) -> Any:
        [call] = CLOUD.annotate(COMMIT, "k", [replace(ANNOTATION, message="m" * length)])
        return call.request.body[0]

    assert body(450)["summary"] == "m" * 450
    assert "details" not in body(450)
    assert len(body(451)["summary"]) == 450
    assert body(451)["details"] == "m" * 451
    assert len(body(2001)["details"]) == 2000


def test_data_centers_message_is_cut() -> None:
    for length in (2000, 2001):
        [call] = DATA_CENTER.annotate(COMMIT, "k", [replace(ANNOTATION, message="m" * length)])
        assert len(call.request.body["annotations"][0]["message"]) == 2000


@pytest.mark.parametrize(
    ("number", "each"),
    [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (MOST_ANNOTATIONS, [100] * 10)],
)
def test_cloud_takes_a_hundred_annotations_at_once(number: int, each: list[int]) -> None:
    calls = CLOUD.annotate(COMMIT, "k", annotations(number))
    assert [len(call.request.body) for call in calls] == each
    sent = [one["external_id"] for call in calls for one in call.request.body]
    assert sent == [f"a{index}" for index in range(number)]


def test_data_center_takes_all_annotations_at_once() -> None:
    assert DATA_CENTER.annotate(COMMIT, "k", []) == ()
    [call] = DATA_CENTER.annotate(COMMIT, "k", annotations(MOST_ANNOTATIONS))
    assert len(call.request.body["annotations"]) == MOST_ANNOTATIONS


def test_cloud_has_every_state_of_a_build() -> None:
    for state in BuildState:
        status = replace(cloud_calls.STATUS, state=state)
        assert CLOUD.set_build_status(COMMIT, status).request.body["state"] == state

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.model_diff import ModelDiff, RowCounts
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import Submission, SubmissionStatus, submission_id
from tests.deployed_template import resource
from tests.unit.model_diffs import different, failed, identical
from tests.unit.stored import NOON, TABLE, Clock, calls_of, items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BUCKET = "submissions"
COMMIT = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
SAME_BEGINNING = COMMIT[:12] + "f" * 28
OTHER_COMMIT = "bf0e8b7962c024026ad01ae09d3a11732e26c0d4"
MODELS = [
    identical("a"),
    different("b", RowCounts(1, 2, 3, 2, 1, 0), primary_key=("id",)),
    failed("ü"),
]


def submission(
    commit: str | None = COMMIT,
    pull_request: int | None = None,
    minute: int = 0,
    body: bytes = b"",
    integration_id: str = "abc",
) -> Submission:
    """A submission of this minute after ten."""
    return Submission(
        integration_id=integration_id,
        id=submission_id(commit, pull_request, "data-diff", body),
        format="data-diff",
        commit=commit,
        pull_request_id=pull_request,
        submitted_at=f"2026-11-20T10:{minute:02}:00.000000+00:00",
        models=3,
    )


@pytest.fixture
def store(aws: boto3.Session, dynamodb: "DynamoDBClient") -> SubmissionStore:
    s3 = aws.client("s3")
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return SubmissionStore(dynamodb, s3, TABLE, BUCKET, 90, Clock())


def put(store: SubmissionStore, *submissions: Submission) -> None:
    for one in submissions:
        store.put(one, MODELS)


class TestKeeping:
    @pytest.mark.parametrize("models", [MODELS, []], ids=["three models", "no models"])
    def test_a_submission_reads_back_with_its_diffs(
        self, store: SubmissionStore, models: list[ModelDiff]
    ) -> None:
        put_in = replace(
            submission(pull_request=7),
            status=SubmissionStatus.POSTED,
            reason="r",
            detail="d",
            comment_url="https://a.example",
        )
        store.put(put_in, models)
        read = store.get("abc", put_in.id)
        assert repr(read) == repr(put_in)
        assert store.models(put_in) == models

    @pytest.mark.parametrize("unknown", ["xyz", "", "x" * 101, "x" * 5000])
    def test_an_unknown_id_is_nothing(self, store: SubmissionStore, unknown: str) -> None:
        put(store, submission())
        assert store.get("abc", unknown) is None

    def test_what_can_be_no_id_costs_no_call(
        self, store: SubmissionStore, dynamodb: "DynamoDBClient"
    ) -> None:
        made = calls_of(dynamodb)
        assert store.get("abc", "x" * 2000) is None
        assert made == []

    def test_integrations_do_not_see_one_anothers(self, store: SubmissionStore) -> None:
        put(store, submission())
        assert store.get("abd", submission().id) is None
        assert store.of_commit("abd", COMMIT) == []
        assert store.of_commit("ab", COMMIT) == []

    def test_the_same_again_replaces_itself_and_counts_as_sent_now(
        self, store: SubmissionStore, dynamodb: "DynamoDBClient"
    ) -> None:
        put(store, replace(submission(), status=SubmissionStatus.POSTED), submission(minute=5))
        assert store.of_commit("abc", COMMIT) == [submission(minute=5)]
        assert len(items_of(dynamodb)) == 1

    def test_a_row_expires_after_the_retention_time(
        self, store: SubmissionStore, dynamodb: "DynamoDBClient"
    ) -> None:
        put(store, submission())
        attribute = resource("Table")["TimeToLiveSpecification"]["AttributeName"]
        [item] = items_of(dynamodb)
        assert item[attribute] == {"N": str(int(NOON) + 90 * 86400)}

    def test_no_row_points_to_diffs_that_are_not_there(
        self, store: SubmissionStore, dynamodb: "DynamoDBClient"
    ) -> None:
        with pytest.raises(ClientError):
            replace(store, bucket_name="no-such-bucket").put(submission(), MODELS)
        assert items_of(dynamodb) == []

    def test_diffs_that_have_expired_are_told_as_s3_tells_it(self, store: SubmissionStore) -> None:
        with pytest.raises(ClientError) as caught:
            store.models(submission())
        assert caught.value.response["Error"]["Code"] == "NoSuchKey"


class TestFinding:
    @pytest.mark.parametrize("asked", [COMMIT, COMMIT[:20], COMMIT[:12]], ids=len)
    def test_submissions_of_a_commit_come_oldest_first(
        self, store: SubmissionStore, asked: str
    ) -> None:
        third, first, second = (
            submission(minute=30, body=b"1"),
            submission(minute=10, body=b"2"),
            submission(minute=20, body=b"3", pull_request=7),
        )
        put(store, third, first, second)
        assert store.of_commit("abc", asked) == [first, second, third]

    def test_of_the_same_moment_the_order_is_still_fixed(self, store: SubmissionStore) -> None:
        at_once = [submission(body=bytes([number])) for number in range(5)]
        put(store, *at_once)
        assert store.of_commit("abc", COMMIT) == sorted(at_once, key=lambda one: one.id)

    def test_a_full_commit_finds_no_other_with_the_same_beginning(
        self, store: SubmissionStore
    ) -> None:
        put(store, submission(), submission(SAME_BEGINNING), submission(OTHER_COMMIT))
        assert store.of_commit("abc", COMMIT) == [submission()]
        assert store.of_commit("abc", SAME_BEGINNING) == [submission(SAME_BEGINNING)]
        assert len(store.of_commit("abc", COMMIT[:12])) == 2

    def test_a_pull_requests_own_are_those_that_named_only_it(self, store: SubmissionStore) -> None:
        early, late = submission(None, 7, 1, b"1"), submission(None, 7, 2, b"2")
        put(store, late, early, submission(None, 71), submission(COMMIT, 7), submission())
        assert store.of_pull_request("abc", 7) == [early, late]
        assert store.of_pull_request("abc", 71) == [submission(None, 71)]
        assert store.of_pull_request("abc", 1) == []

    def test_more_than_one_page_is_read(
        self, store: SubmissionStore, dynamodb: "DynamoDBClient"
    ) -> None:
        dynamodb.meta.events.register(
            "provide-client-params.dynamodb.Query", lambda params, **_: params.update(Limit=2)
        )
        made = calls_of(dynamodb)
        put(store, *(submission(minute=number, body=bytes([number])) for number in range(5)))
        found = store.of_commit("abc", COMMIT)
        assert [one.submitted_at[14:16] for one in found] == ["00", "01", "02", "03", "04"]
        assert made.count("Query") == 3


class TestAttaching:
    def test_an_attached_submission_is_about_its_commit_from_then_on(
        self, store: SubmissionStore
    ) -> None:
        put(store, submission(None, 7))
        attached = store.attach(submission(None, 7), COMMIT)
        assert attached == replace(submission(None, 7), commit=COMMIT)
        assert store.of_pull_request("abc", 7) == [attached]
        assert store.models(attached) == MODELS

    def test_what_was_sent_again_meanwhile_is_attached_anew(self, store: SubmissionStore) -> None:
        put(store, submission(None, 7, minute=0), submission(None, 7, minute=5))
        store.attach(submission(None, 7, minute=0), COMMIT)
        assert store.of_pull_request("abc", 7) == [submission(None, 7, minute=5)]


POSTED: dict[str, Any] = {"status": SubmissionStatus.POSTED, "comment_url": "https://a.example"}
SUPERSEDED: dict[str, Any] = {
    "status": SubmissionStatus.SUPERSEDED,
    "reason": "newer_commit",
    "detail": "Pull request 7 is at bf0e8b7962c0 now.",
}


class TestMarking:
    @pytest.mark.parametrize("mark", [POSTED, SUPERSEDED], ids=["posted", "superseded"])
    def test_a_mark_is_what_the_status_says(
        self, store: SubmissionStore, mark: dict[str, Any]
    ) -> None:
        put(store, submission())
        store.mark(submission(), **mark)
        assert store.get("abc", submission().id) == replace(submission(), **mark)

    def test_a_later_mark_leaves_nothing_of_an_earlier_one(self, store: SubmissionStore) -> None:
        put(store, submission())
        store.mark(submission(), **SUPERSEDED)
        store.mark(replace(submission(), **SUPERSEDED), **POSTED)
        assert store.get("abc", submission().id) == replace(submission(), **POSTED)

    def test_what_was_sent_again_meanwhile_stays_queued(self, store: SubmissionStore) -> None:
        put(store, submission(minute=0), submission(minute=5))
        store.mark(submission(minute=0), **POSTED)
        assert store.get("abc", submission().id) == submission(minute=5)

    def test_what_was_removed_meanwhile_stays_removed(
        self, store: SubmissionStore, dynamodb: "DynamoDBClient"
    ) -> None:
        store.mark(submission(), **POSTED)
        store.attach(submission(None, 7), COMMIT)
        assert items_of(dynamodb) == []

    def test_the_same_mark_is_not_written_twice(
        self, store: SubmissionStore, dynamodb: "DynamoDBClient"
    ) -> None:
        put(store, submission())
        made = calls_of(dynamodb)
        store.mark(replace(submission(), **POSTED), **POSTED)
        assert made == []
        store.mark(submission(), **POSTED)
        assert made == ["UpdateItem"]

    def test_other_failures_of_a_write_are_told(self, store: SubmissionStore) -> None:
        elsewhere = replace(store, table_name="no-such-table")
        with pytest.raises(ClientError):
            elsewhere.mark(submission(), **POSTED)
        with pytest.raises(ClientError):
            elsewhere.attach(submission(None, 7), COMMIT)

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.judged_report import Level
from bitbucket_integration.published_report import PublishedReport, ReportSummary
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.reports import LONGEST_HISTORY, ReportStore
from tests.deployed_template import resource
from tests.unit.published_reports import COMMIT, EVERY_KIND, OTHER_COMMIT, PASSED, published
from tests.unit.stored import NOON, TABLE, Clock, integration, items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

BUCKET = "submissions"


def at(minute: int, commit: str = COMMIT, **fields: Any) -> PublishedReport:
    """A report of this minute after ten."""
    time = f"2026-11-20T{10 + minute // 60}:{minute % 60:02}:00.000000+00:00"
    return published(EVERY_KIND, commit=commit, created_at=time, **fields)


@pytest.fixture
def s3(aws: boto3.Session) -> "S3Client":
    client = aws.client("s3")
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return client


@pytest.fixture
def store(s3: "S3Client", dynamodb: "DynamoDBClient") -> ReportStore:
    return ReportStore(dynamodb, s3, TABLE, BUCKET, 90, Clock())


def objects(s3: "S3Client") -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_report_reads_back_as_it_was_put(store: ReportStore) -> None:
    store.put(at(0))
    [line] = store.history("abc", 7)
    for read in (
        store.latest("abc", 7),
        store.get("abc", 7, COMMIT),
        store.of_summary("abc", line),
    ):
        assert repr(read) == repr(at(0))


def test_a_line_of_the_history_says_what_came_out(store: ReportStore) -> None:
    store.put(at(0))
    assert store.history("abc", 7) == [
        ReportSummary(
            pull_request_id=7,
            commit=COMMIT,
            created_at=at(0).created_at,
            level=Level.FAILED,
            models=4,
            differing=2,
            failing=2,
        )
    ]
    store.put(published([PASSED], created_at=at(1).created_at))
    newest = store.history("abc", 7)[0]
    assert (newest.level, newest.models, newest.differing, newest.failing) == (
        Level.PASSED,
        1,
        0,
        0,
    )


def test_the_history_is_told_from_the_newest_on(store: ReportStore) -> None:
    for minute in (3, 1, 2):
        store.put(at(minute, OTHER_COMMIT if minute == 3 else COMMIT))
    assert [line.created_at for line in store.history("abc", 7)] == [
        at(minute).created_at for minute in (3, 2, 1)
    ]
    latest = store.latest("abc", 7)
    assert latest
    assert latest.created_at == at(3).created_at
    of_commit = store.get("abc", 7, COMMIT)
    assert of_commit
    assert of_commit.created_at == at(2).created_at


def test_the_same_report_again_is_no_second_line(store: ReportStore, s3: "S3Client") -> None:
    store.put(at(0))
    store.put(at(0))
    assert len(store.history("abc", 7)) == 1
    assert len(objects(s3)) == 1


def test_a_report_that_is_judged_anew_replaces_itself(store: ReportStore, s3: "S3Client") -> None:
    store.put(at(0))
    again = published([PASSED], created_at=at(0).created_at)
    store.put(again)
    assert [line.level for line in store.history("abc", 7)] == [Level.PASSED]
    assert store.latest("abc", 7) == again
    # What somebody reads at this moment stays as it is.
    assert len(objects(s3)) == 2


def test_pull_requests_and_integrations_do_not_see_one_anothers(store: ReportStore) -> None:
    for number in (7, 77, 70):
        store.put(at(number, pull_request_id=number))
    assert [line.pull_request_id for line in store.history("abc", 7)] == [7]
    assert store.history("abd", 7) == []
    assert store.latest("ab", 7) is None
    assert store.get("abc", 8, COMMIT) is None
    assert store.get("abc", 7, OTHER_COMMIT) is None


def test_the_history_is_bounded(store: ReportStore) -> None:
    for minute in range(LONGEST_HISTORY + 1):
        store.put(at(minute))
    history = store.history("abc", 7)
    assert len(history) == LONGEST_HISTORY
    assert history[-1].created_at == at(1).created_at


def test_rows_expire_after_the_retention_time(
    store: ReportStore, dynamodb: "DynamoDBClient"
) -> None:
    store.put(at(0))
    attribute = resource("Table")["TimeToLiveSpecification"]["AttributeName"]
    [item] = items_of(dynamodb)
    assert item[attribute] == {"N": str(int(NOON) + 90 * 86400)}


def test_no_row_points_to_a_report_that_is_not_there(
    store: ReportStore, dynamodb: "DynamoDBClient"
) -> None:
    with pytest.raises(ClientError):
        replace(store, bucket_name="no-such-bucket").put(at(0))
    assert items_of(dynamodb) == []


def test_a_report_whose_object_has_expired_is_gone(store: ReportStore, s3: "S3Client") -> None:
    store.put(at(0))
    [line] = store.history("abc", 7)
    s3.delete_object(Bucket=BUCKET, Key=objects(s3)[0])
    assert store.latest("abc", 7) is None
    assert store.of_summary("abc", line) is None


def test_a_line_that_has_expired_meanwhile_leads_nowhere(
    store: ReportStore, dynamodb: "DynamoDBClient"
) -> None:
    store.put(at(0))
    [line] = store.history("abc", 7)
    [item] = items_of(dynamodb)
    dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})
    assert store.of_summary("abc", line) is None


def test_a_fault_of_s3_is_no_missing_report(store: ReportStore) -> None:
    store.put(at(0))
    with pytest.raises(ClientError, match="NoSuchBucket"):
        replace(store, bucket_name="no-such-bucket").latest("abc", 7)


def test_objects_are_kept_where_the_roles_may_read_them(store: ReportStore, s3: "S3Client") -> None:
    store.put(at(0))
    [key] = objects(s3)
    assert key.startswith(f"reports/abc/7/{COMMIT}-")
    assert key.endswith(".json.gz")


def test_a_deleted_integration_takes_its_reports_along(
    store: ReportStore, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
) -> None:
    integrations.create(integration("abc"))
    store.put(at(0))
    integrations.delete(integration("abc"))
    assert items_of(dynamodb) == []

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.stores.purge import Purge, PurgeError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "bucket"


@pytest.fixture
def s3(aws: boto3.Session) -> "S3Client":
    client = aws.client("s3")
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return client


def put(s3: "S3Client", *keys: str) -> None:
    for one in keys:
        s3.put_object(Bucket=BUCKET, Key=one, Body=b"")


def kept(s3: "S3Client") -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_results_and_reports_go_and_those_of_others_stay(s3: "S3Client") -> None:
    others = ["reports/ab/1/x", "submissions/abcd/x", "submissions/abc", "other/abc/x"]
    put(s3, "submissions/abc/1", "submissions/abc/2", "reports/abc/7/x", *others)
    assert Purge(s3, BUCKET).run("abc")
    assert kept(s3) == sorted(others)
    assert Purge(s3, BUCKET).run("abc")


def test_it_ends_after_ten_pages_and_goes_on_with_the_next_call(s3: "S3Client") -> None:
    put(s3, *(f"submissions/abc/{number:02}" for number in range(10)), "reports/abc/1/x")
    s3.meta.events.register(
        "provide-client-params.s3.ListObjectsV2", lambda params, **_: params.update(MaxKeys=1)
    )
    assert not Purge(s3, BUCKET).run("abc")
    assert kept(s3) == ["reports/abc/1/x"]
    assert Purge(s3, BUCKET).run("abc")


def test_what_s3_keeps_is_told(s3: "S3Client") -> None:
    put(s3, "submissions/abc/1")

    def denied(parsed: dict[str, object], **_: object) -> None:
        parsed["Errors"] = [{"Key": "submissions/abc/1", "Code": "AccessDenied"}]

    s3.meta.events.register("after-call.s3.DeleteObjects", denied)
    with pytest.raises(PurgeError, match=r"submissions/abc/1 .* AccessDenied"):
        Purge(s3, BUCKET).run("abc")


def test_a_failure_of_s3_is_not_swallowed(s3: "S3Client") -> None:
    with pytest.raises(ClientError):
        Purge(s3, "elsewhere").run("abc")

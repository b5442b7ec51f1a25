import json

import pytest

from bitbucket_integration.problem import json_answer, problem_answer, problem_body, sentence


def test_a_problem_has_the_members_of_rfc_9457_and_the_reason() -> None:
    assert problem_body(401, "not_authenticated", "Who are you?") == {
        "type": "urn:bitbucket-data-diff:problem:not-authenticated",
        "title": "Unauthorized",
        "status": 401,
        "detail": "Who are you?",
        "reason": "not_authenticated",
    }


def test_a_problem_lists_what_is_wrong_and_takes_more_members() -> None:
    errors = ({"field": "repository", "message": "is missing"},)
    body = problem_body(422, "invalid", "Wrong.", errors, missing_permissions=["webhook"])
    assert body["errors"] == [{"field": "repository", "message": "is missing"}]
    assert body["missing_permissions"] == ["webhook"]


def test_an_answer_is_json_that_nobody_caches() -> None:
    answer = json_answer(202, {"name": "Übersicht"})
    assert answer == {
        "statusCode": 202,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": '{"name": "Übersicht"}',
        "isBase64Encoded": False,
    }


def test_a_problem_answer_says_that_it_is_one() -> None:
    answer = problem_answer(
        503, "not_queued", "Again.", [{"line": 1}], headers={"Retry-After": "30"}
    )
    assert answer["statusCode"] == 503
    assert answer["headers"] == {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "Retry-After": "30",
    }
    assert json.loads(answer["body"]) == problem_body(503, "not_queued", "Again.", [{"line": 1}])


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("the token is wrong", "The token is wrong."),
        ("a", "A."),
        ("Bitbucket says no", "Bitbucket says no."),
    ],
)
def test_an_error_is_told_as_a_sentence(message: str, told: str) -> None:
    assert sentence(ValueError(message)) == told

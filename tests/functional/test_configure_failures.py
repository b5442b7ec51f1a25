import pytest

from tests.functional.conftest import REPOSITORY, System
from tests.functional.problems import fields, problem

AWS_STEPS = [
    "GetItem",  # is the repository configured already?
    "TransactWriteItems",  # the row
    "PutSecretValue",
    "CreateSecret",
    "GetSecretValue",  # the signing key
    "UpdateItem",  # the row, complete
]
BITBUCKET_STEPS = [
    ("GET", "*/jaffle-shop"),
    ("GET", "*/pullrequests"),
    ("GET", "*/hooks"),
    ("POST", "*/hooks"),
]


def nothing_is_stored(system: System) -> bool:
    account = system.account
    return not (account.items() or account.access_tokens() or system.bitbucket.hooks(REPOSITORY))


def assert_complete(system: System) -> None:
    """One webhook, one secret, one row, and the row says so."""
    [hook] = system.bitbucket.hooks(REPOSITORY)
    [row] = system.account.items("INTEGRATIONS")
    integration_id = row["sk"]["S"]
    assert row["setup"]["S"] == "active"
    assert len(system.account.items("REPOSITORY#")) == 1
    assert hook.url == f"{system.url}/webhooks/{integration_id}"
    prefix = system.account.environment["ACCESS_TOKEN_PREFIX"]
    assert system.account.access_tokens() == {prefix + integration_id: system.access_token}


class TestAStepThatFailsIsMendedByTheSameCall:
    @pytest.mark.parametrize("answer_lost", [False, True], ids=["not done", "answer lost"])
    @pytest.mark.parametrize("operation", AWS_STEPS)
    def test_in_aws(self, system: System, operation: str, *, answer_lost: bool) -> None:
        assert system.call("GET", "/integrations").status_code == 200  # it knows the admin token
        system.account.calls.fail(operation, applied=answer_lost)
        failed = system.configure()
        problem(failed, 503, "try_again_later")
        assert int(failed.headers["Retry-After"]) > 0
        assert "ddci_" not in failed.text
        shown = [one for one in (system.configure(), system.configure()) if one.json()["ci_token"]]
        # When only the last answer was lost, the integration is complete without the caller
        # knowing its token: it takes a rotation to see one.
        assert len(shown) == (0 if operation == "UpdateItem" and answer_lost else 1)
        assert_complete(system)

    @pytest.mark.parametrize("kind", ["server_error", "rate_limited", "drop", "apply_then_drop"])
    @pytest.mark.parametrize(("method", "path"), BITBUCKET_STEPS)
    def test_in_bitbucket(self, system: System, kind: str, method: str, path: str) -> None:
        system.bitbucket.add_fault(kind, method=method, path=path)
        failed = system.configure()
        reason = "rate_limited" if kind == "rate_limited" else "bitbucket_unavailable"
        problem(failed, 503, reason)
        assert int(failed.headers["Retry-After"]) > 0
        again = system.configure()
        assert again.status_code == 201
        assert again.json()["ci_token"].startswith("ddci_")
        assert system.configure().json()["ci_token"] is None
        assert_complete(system)

    @pytest.mark.parametrize(("method", "path"), [*BITBUCKET_STEPS[:3]])
    def test_nothing_is_stored_before_bitbucket_has_let_us_look(
        self, system: System, method: str, path: str
    ) -> None:
        system.bitbucket.add_fault("server_error", method=method, path=path)
        problem(system.configure(), 503, "bitbucket_unavailable")
        assert nothing_is_stored(system)

    def test_updating_the_webhook_later(self, system: System) -> None:
        assert system.configure().status_code == 201
        system.bitbucket.add_fault("server_error", method="PUT", path="*/hooks/*")
        problem(system.configure(), 503, "bitbucket_unavailable")
        answer = system.configure()
        assert answer.status_code == 200
        assert answer.json()["ci_token"] is None
        assert_complete(system)

    def test_a_half_made_integration_is_listed_as_incomplete(self, system: System) -> None:
        system.bitbucket.add_fault("server_error", method="POST", path="*/hooks")
        problem(system.configure(), 503, "bitbucket_unavailable")
        [listed] = system.call("GET", "/integrations").json()["integrations"]
        assert listed["setup"] == "incomplete"
        assert system.call("DELETE", f"/integrations/{listed['id']}").status_code == 200
        assert nothing_is_stored(system)

    def test_bitbuckets_wish_when_to_come_again_is_handed_on(self, system: System) -> None:
        system.bitbucket.add_fault("rate_limited", retry_after=77)
        assert system.configure().headers["Retry-After"] == "77"

    def test_deleting(self, system: System) -> None:
        path = f"/integrations/{system.connect().id}"
        for operation in ("DeleteSecret", "DeleteItem"):
            system.account.calls.fail(operation)
            problem(system.call("DELETE", path), 503, "try_again_later")
        assert system.call("DELETE", path).status_code == 200
        assert nothing_is_stored(system)

    def test_without_the_admin_token_secret_nobody_gets_in(self, system: System) -> None:
        system.account.calls.fail("GetSecretValue")
        problem(system.call("GET", "/integrations"), 503, "try_again_later")
        assert system.call("GET", "/integrations").status_code == 200


class TestWhatBitbucketRefuses:
    def test_a_token_that_it_does_not_know(self, system: System) -> None:
        body = problem(system.configure(access_token="ATCTT3xother"), 422, "access_token_rejected")
        assert fields(body) == ["access_token"]
        assert "does not accept the access token" in body["detail"]
        assert nothing_is_stored(system)

    def test_a_repository_that_does_not_exist_or_is_out_of_the_tokens_reach(
        self, system: System
    ) -> None:
        system.bitbucket.create_repository("acme/other")
        for repository in ("acme/nowhere", "acme/other"):
            answer = system.configure(repository=repository)
            body = problem(answer, 422, "not_found_in_bitbucket")
            assert fields(body) == ["repository"]
        assert nothing_is_stored(system)

    @pytest.mark.parametrize(
        ("scopes", "missing"),
        [
            (("repository", "webhook"), ["Pull requests: Read"]),
            (("repository:write",), ["Pull requests: Read", "Webhooks: Read and write"]),
        ],
    )
    def test_a_token_that_lacks_permissions_is_told_all_of_them_as_bitbucket_names_them(
        self, system: System, scopes: tuple[str, ...], missing: list[str]
    ) -> None:
        token = system.bitbucket.create_access_token(REPOSITORY, scopes)
        answer = system.configure(access_token=token)
        body = problem(answer, 422, "permission_missing")
        assert body["missing_permissions"] == missing
        assert fields(body) == ["access_token"]
        assert all(name in body["detail"] for name in missing)
        assert nothing_is_stored(system)

    def test_a_token_that_may_not_even_see_the_repository(self, system: System) -> None:
        token = system.bitbucket.create_access_token(REPOSITORY, ("webhook",))
        body = problem(system.configure(access_token=token), 422, "permission_missing")
        assert body["missing_permissions"] == ["Repositories: Read"]
        assert nothing_is_stored(system)

    @pytest.mark.parametrize(
        "scopes", [("pullrequest", "webhook"), ("pullrequest:write", "webhook")]
    )
    def test_the_documented_permissions_are_enough(
        self, system: System, scopes: tuple[str, ...]
    ) -> None:
        token = system.bitbucket.create_access_token(REPOSITORY, scopes)
        assert system.configure(access_token=token).status_code == 201

    def test_a_token_that_may_not_comment_is_refused_and_the_old_one_stays(
        self, system: System
    ) -> None:
        system.connect()
        token = system.bitbucket.create_access_token(REPOSITORY, ("repository", "webhook"))
        problem(system.configure(access_token=token), 422, "permission_missing")
        assert_complete(system)


class TestWrongInput:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"repository": ""}, "repository"),
            ({"repository": "jaffle-shop"}, "repository"),
            ({"repository": "acme/jaffle-shop/extra"}, "repository"),
            ({"repository": "https://github.com/acme/jaffle-shop"}, "repository"),
            ({"repository": "https://bitbucket.org/acme"}, "repository"),
            ({"repository": "https://ada:word@bitbucket.org/acme/jaffle-shop"}, "repository"),
            ({"repository": "ftp://bitbucket.org/acme/jaffle-shop"}, "repository"),
            ({"repository": "https://[bitbucket.org/acme/jaffle-shop"}, "repository"),
            ({"repository": "../hooks"}, "repository"),
            ({"repository": "acme/jaffle%2fshop"}, "repository"),
            ({"repository": "acme/jaffle shop"}, "repository"),
            ({"repository": "a" * 501}, "repository"),
            ({"repository": "acme/\ud800"}, "repository"),
            ({"repository": 7}, "repository"),
            ({"repository": None}, "repository"),
            ({"access_token": ""}, "access_token"),
            ({"access_token": "   "}, "access_token"),
            ({"access_token": "two words"}, "access_token"),
            ({"access_token": "line\nbreak"}, "access_token"),
            ({"access_token": "tökén"}, "access_token"),
            ({"access_token": "x" * 1001}, "access_token"),
            ({"access_token": 7}, "access_token"),
            ({"colour": "green"}, "colour"),
        ],
    )
    def test_names_the_field_and_asks_bitbucket_nothing(
        self, system: System, changes: dict[str, object], field: str
    ) -> None:
        answer = system.configure(**changes)
        body = problem(answer, 422, "invalid_request")
        assert fields(body) == [field]
        assert field in body["detail"]
        assert system.bitbucket.requests() == []
        assert nothing_is_stored(system)

    def test_names_every_missing_field(self, system: System) -> None:
        body = problem(system.call("POST", "/integrations", json={}), 422, "invalid_request")
        assert sorted(fields(body)) == ["access_token", "repository"]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"null",
            b"[]",
            b'"text"',
            b"7",
            b"\xff\xfe\x00",
            b"[" * 200_000,
            b'{"repository": NaN}',
            b'{"repository": ' + b"1" * 5_000 + b"}",
        ],
        ids=lambda body: repr(body[:18]),
    )
    @pytest.mark.parametrize("content_type", ["application/json", None])
    def test_a_body_that_is_no_json_object(
        self, system: System, body: bytes, content_type: str | None
    ) -> None:
        headers = {} if content_type is None else {"Content-Type": content_type}
        answer = system.call("POST", "/integrations", data=body, headers=headers)
        assert problem(answer, 422, "invalid_request")["errors"]

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "application/xml",
        ],
    )
    def test_a_body_that_is_said_to_be_something_else(
        self, system: System, content_type: str
    ) -> None:
        headers = {"Content-Type": content_type}
        answer = system.call("POST", "/integrations", data=b"a=1", headers=headers)
        body = problem(answer, 422, "invalid_request")
        assert fields(body) == ["body"]
        assert "application/json" in body["detail"]

    @pytest.mark.parametrize("integration_id", ["UPPER", "a" * 41, "a" * 3_000, "%7B%7D", "a%2Fb"])
    def test_an_id_that_no_integration_can_have(self, system: System, integration_id: str) -> None:
        answer = system.call("GET", f"/integrations/{integration_id}")
        assert answer.status_code in {404, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"

    def test_a_password_in_the_repositorys_address_is_not_repeated(self, system: System) -> None:
        for address in (
            "https://x-token-auth:hunter2@bitbucket.org/acme/jaffle-shop",
            "x-token-auth:hunter2@bitbucket.org/acme/jaffle-shop",
            "x-token-auth:hunter2@bitbucket.org/acme",
            "git clone https://x-token-auth:hunter2@bitbucket.org/acme/jaffle-shop",
        ):
            answer = system.configure(repository=address)
            assert fields(problem(answer, 422, "invalid_request")) == ["repository"]
            assert "hunter2" not in answer.text

"""A caller of the emulated Data Center's API with one token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.emulator.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from local.bitbucket import BitbucketEmulator

REPOSITORY = "projects/DATA/repos/jaffle-shop"
EVENTS = [
    "pr:opened",
    "pr:from_ref_updated",
    "pr:modified",
    "pr:merged",
    "pr:declined",
    "pr:deleted",
]
HOOK = {"name": "data diff", "url": "http://127.0.0.1:9/webhooks/1", "events": EVENTS}
BUILD = {
    "key": "data-diff",
    "state": "INPROGRESS",
    "url": "https://example.com/reports/1",
    "name": "Data diff",
    "description": "waiting for data diff results",
    "parent": "data-diff",
    "ref": "refs/heads/feature/count-refunds",
}


def exception(answer: requests.Response) -> str:
    """The last part of the exception's name in a refusal."""
    (error,) = answer.json()["errors"]
    assert set(error) >= {"context", "message", "exceptionName"}
    return str(error["exceptionName"]).rpartition(".")[2]


class DataCenterClient(Client):
    """Like Cloud's client: `path` is below the repository, below /rest/api/latest with a slash."""

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every page, by following `nextPageStart` as it is."""
        start = 0
        while True:
            answer = self.get(path, params=params | {"start": start})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            yield page
            if page["isLastPage"]:
                return
            start = page["nextPageStart"]

    def comment(self, text: str, pull_request: int = 1) -> Any:
        answer = self.post(f"pull-requests/{pull_request}/comments", json={"text": text})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def hook(self, url: str, **members: Any) -> Any:
        answer = self.post("webhooks", json=HOOK | {"url": url} | members)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def _url(self, path: str) -> str:
        if path.startswith("/"):
            return self.api + path
        return f"{self.api}/{self.repository}/{path}".rstrip("/")


def connect(
    emulator: BitbucketEmulator,
    token: str | None = None,
    repository: str = REPOSITORY,
    **arguments: Any,
) -> DataCenterClient:
    """A caller with that token, or with one made for it."""
    token = token or emulator.create_data_center_token(repository, **arguments)
    return DataCenterClient(f"{emulator.data_center_url}/rest/api/latest", token, repository)

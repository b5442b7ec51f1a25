"""A caller of the emulator's API with one token."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = "acme/jaffle-shop"
EVENTS = [
    "pullrequest:created",
    "pullrequest:updated",
    "pullrequest:fulfilled",
    "pullrequest:rejected",
]


def eventually(holds: Callable[[], object], seconds: float = 10) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


@dataclass(frozen=True)
class Client:
    api: str
    token: str | None
    repository: str = REPOSITORY

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """`path` is below the repository, below /2.0 with a slash, or a whole address."""
        url = path if path.startswith("http") else self._url(path)
        with requests.Session() as session:
            session.trust_env = False
            if self.token:
                options.setdefault("headers", {})["Authorization"] = f"Bearer {self.token}"
            return session.request(method, url, timeout=20, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.call("POST", path, **options)

    def put(self, path: str, **options: Any) -> requests.Response:
        return self.call("PUT", path, **options)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)

    def pages(self, path: str, **options: Any) -> Iterator[dict[str, Any]]:
        """Every page, by following `next` as it is."""
        answer = self.get(path, **options)
        while True:
            page = answer.json()
            yield page
            if "next" not in page:
                return
            answer = self.get(page["next"])

    def comment(self, text: str, pull_request: int = 1) -> Any:
        answer = self.post(f"pullrequests/{pull_request}/comments", json={"content": {"raw": text}})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def hook(self, url: str, **members: Any) -> Any:
        body = {"url": url, "description": "data diff", "active": True, "events": EVENTS}
        answer = self.post("hooks", json=body | members)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def _url(self, path: str) -> str:
        if path.startswith("/"):
            return self.api + path
        return f"{self.api}/repositories/{self.repository}/{path}".rstrip("/")

"""A pull request's life on one Bitbucket, with a deployed stack: what people and CI do."""

import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from local.bitbucket import BitbucketEmulator
from local.bitbucket.code_insights import InsightReport
from local.demo.bitbuckets import DemoRepository
from local.demo.shown_results import ShownResults

_PATIENCE_SECONDS = 60
_GLANCE_SECONDS = 0.2


class StoryError(Exception):
    """Something in the story did not happen as it should."""


@dataclass
class PullRequestLife:
    """What happens to a pull request on one Bitbucket; each step answers what was to be seen."""

    repository: DemoRepository
    api_url: str
    admin_token: str
    number: int = 0
    head: str = ""
    full_report: str = ""
    _integration_url: str = ""
    _ci_token: str = ""
    _comment_id: int | None = None

    @property
    def comment(self) -> str:
        """The report as Bitbucket stores it."""
        return self._comments()[0][1]

    def connect(self) -> str:
        """Let the admin connect the repository."""
        answer = requests.post(
            f"{self.api_url}/integrations",
            json={
                "repository": self.repository.address,
                "access_token": self.repository.access_token,
            },
            headers={"Authorization": f"Bearer {self.admin_token}"},
            timeout=60,
        )
        _expect(answer.status_code == 201, f"configuring answered {answer.text}")
        body = answer.json()
        self._integration_url = f"{self.api_url}/integrations/{body['integration']['id']}"
        self._ci_token = body["ci_token"]
        [hook] = self._bitbucket.hooks(self.repository.name)
        _expect(hook.secret is not None, "the webhook has no secret")
        return f"the webhook, with a secret of its own: {hook.url}"

    def open(self) -> str:
        """Let the developer open a pull request."""
        opened = self._bitbucket.open_pull_request(
            self.repository.name,
            title="Cities by airport",
            source_branch="feature/cities-by-airport",
        )
        self.number, self.head = opened.id, opened.head
        self._until_status("INPROGRESS")
        return f"{self._status()} on {self.head[:12]}"

    def submit(self, results: Path) -> str:
        """Let CI submit results for the head."""
        url = (
            f"{self._integration_url}/diffs"
            f"?format=data-diff&pull_request={self.number}&commit={self.head}"
        )
        command = ["curl", "--fail-with-body", "--silent", "--show-error"]
        command += ["--header", f"Authorization: Bearer {self._ci_token}"]
        command += ["--data-binary", f"@{results}", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        _expect(done.returncode == 0, f"curl ended with {done.stdout}{done.stderr}")
        _until(
            lambda: any(_is_about(text, self.head) for _, text in self._comments()),
            "the comment does not report these results",
        )
        _until(lambda: not self._status().startswith("INPROGRESS"), "the build status still waits")
        comments = self._comments()
        _expect(len(comments) == 1, f"there are {len(comments)} comments")
        comment_id, comment = comments[0]
        shown = self._shown(comment)
        if self._comment_id is None:
            self._comment_id = comment_id
            lines = [f"$ {_for_a_pipeline(command, self._ci_token)}", done.stdout.strip()]
            return "\n".join([*lines, *shown.lines()])
        _expect(comment_id == self._comment_id, "the report is in another comment")
        return "\n".join(shown.lines())

    def push(self) -> str:
        """Let the developer push another commit, which the report is not about."""
        before = self.head
        pushed = self._bitbucket.push_commit(
            self.repository.name, self.number, "Count every airport"
        )
        self.head = pushed.head
        self._until_status("INPROGRESS")
        _until(lambda: self.head[:12] in self.comment, "the report is not marked as older")
        _expect(before[:12] in self.comment, "the older commit is not named")
        return f"the report now begins: {self.comment.splitlines()[0]}"

    def merge(self, late_results: Path) -> str:
        """Let a reviewer merge it, and results come after that."""
        before = self._comments()
        self._bitbucket.merge_pull_request(self.repository.name, self.number)
        self._bitbucket.wait_until_delivered()
        late = requests.post(
            f"{self._integration_url}/diffs",
            params={"format": "data-diff", "commit": self.head, "pull_request": str(self.number)},
            data=late_results.read_bytes(),
            headers=self._as_ci,
            timeout=60,
        ).json()
        _until(
            lambda: self._submission(late["status_url"]) == "superseded",
            "late results were not told that the pull request is closed",
        )
        _expect(self._comments() == before, "something was posted after the merge")
        return "results that come after the merge: superseded, nothing more is posted"

    @property
    def _bitbucket(self) -> BitbucketEmulator:
        return self.repository.bitbucket

    @property
    def _as_ci(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._ci_token}"}

    def _submission(self, status_url: str) -> str:
        return str(requests.get(status_url, headers=self._as_ci, timeout=60).json()["status"])

    def _comments(self) -> list[tuple[int, str]]:
        found = self._bitbucket.comments(self.repository.name, self.number)
        return [(one.id, one.raw) for one in found if not one.deleted]

    def _shown(self, comment: str) -> ShownResults:
        """What the results look like, once Code Insights have them, too."""

        def insights() -> list[InsightReport]:
            return self._bitbucket.insight_reports(self.repository.name, self.head)

        _until(lambda: bool(insights()), "Code Insights do not show these results")
        shown = ShownResults(comment, self._status(), insights()[0])
        _expect(bool(shown.full_report), "the comment does not lead to the full report")
        reported = shown.reported_commit()
        _expect(reported == self.head, f"the full report is about {reported}")
        self.full_report = shown.full_report
        return shown

    def _status(self) -> str:
        statuses = self._bitbucket.build_statuses(self.repository.name, self.head)
        return "; ".join(f"{one.state}: {one.description}" for one in statuses)

    def _until_status(self, state: str) -> None:
        _until(lambda: self._status().startswith(state), f"no build status {state} on {self.head}")


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        _expect(time.monotonic() < deadline, f"{otherwise}, after {_PATIENCE_SECONDS} s")
        time.sleep(_GLANCE_SECONDS)


def _is_about(comment: str, commit: str) -> bool:
    return commit[:12] in comment and not comment.startswith("**Outdated")


def _for_a_pipeline(command: list[str], ci_token: str) -> str:
    """The command for a pipeline, in which the token is a secured variable."""
    return shlex.join(command).replace(
        f"'Authorization: Bearer {ci_token}'", '"Authorization: Bearer $DATA_DIFF_CI_TOKEN"'
    )


def _expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 reads as a sentence
    if not holds:
        raise StoryError(otherwise)

"""The main job, step by step, against a deployed stack: what an admin, a developer and CI do."""

import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from local.bitbucket import BitbucketEmulator
from local.demo.warehouse import PUSHES, data_diff_json

REPOSITORY = "acme/jaffle-shop"

_PATIENCE_SECONDS = 60
_GLANCE_SECONDS = 0.2


class StoryError(Exception):
    """Something in the story did not happen as it should."""


@dataclass
class Story:
    """One pull request's life. `folder` takes the files that CI would have."""

    api_url: str
    admin_token: str
    bitbucket: BitbucketEmulator
    folder: Path
    say: Callable[[str], None]
    times: dict[str, float] = field(default_factory=dict)

    def tell(self) -> int:
        """Play all steps; answers the pull request's number. Raises StoryError."""
        integration_id, ci_token = self._configure()
        number, first = self._open_pull_request()
        before = self._submit(integration_id, ci_token, number, first, PUSHES[0])
        second = self._push(number, first)
        after = self._submit(integration_id, ci_token, number, second, PUSHES[1])
        _expect(after == before, "the second report is not in the same comment")
        self._merge(integration_id, ci_token, number, second)
        return number

    def comment(self, number: int) -> str:
        """The report as Bitbucket stores it."""
        return self._comments(number)[0][1]

    def _configure(self) -> tuple[str, str]:
        with self._step("1. Connect the repository"):
            token = self.bitbucket.create_access_token(REPOSITORY, ("pullrequest:write", "webhook"))
            answer = requests.post(
                f"{self.api_url}/integrations",
                json={"repository": REPOSITORY, "access_token": token},
                headers={"Authorization": f"Bearer {self.admin_token}"},
                timeout=60,
            )
            _expect(answer.status_code == 201, f"configuring answered {answer.text}")
            body = answer.json()
            [hook] = self.bitbucket.hooks(REPOSITORY)
            _expect(hook.secret is not None, "the webhook has no secret")
            self.say(f"   the webhook in Bitbucket, with a secret of its own: {hook.url}")
        return body["integration"]["id"], body["ci_token"]

    def _open_pull_request(self) -> tuple[int, str]:
        with self._step("2. Open a pull request"):
            pull_request = self.bitbucket.open_pull_request(
                REPOSITORY, title="Cities by airport", source_branch="feature/cities-by-airport"
            )
            head = pull_request.commits[0]
            self._until_status(head, "INPROGRESS")
            self.say(f"   {self._status(head)} on {head[:12]}")
        return pull_request.id, head

    def _submit(
        self, integration_id: str, ci_token: str, number: int, commit: str, version: str
    ) -> int:
        path = self.folder / f"{version}.jsonl"
        push = version.replace("-", " ")
        number_of_step = "3." if version == PUSHES[0] else "  "
        with self._step(f"{number_of_step} Diff the {push}'s tables with DuckDB"):
            path.write_text(data_diff_json(version))
        with self._step(f"   CI submits the {push}'s results, for {commit[:12]}"):
            url = (
                f"{self.api_url}/integrations/{integration_id}/diffs"
                f"?format=data-diff&pull_request={number}&commit={commit}"
            )
            command = ["curl", "--fail-with-body", "--silent", "--show-error"]
            command += ["--header", f"Authorization: Bearer {ci_token}"]
            command += ["--data-binary", f"@{path}", url]
            self.say(f"   $ {_shown(command, ci_token)}")
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            _expect(done.returncode == 0, f"curl ended with {done.stdout}{done.stderr}")
            self.say(f"   {done.stdout.strip()}")
            self._until(
                lambda: any(_is_about(text, commit) for _, text in self._comments(number)),
                "the comment does not report these results",
            )
            self._until(
                lambda: not self._status(commit).startswith("INPROGRESS"),
                "the build status still waits",
            )
            self.say(f"   {self._status(commit)}")
        comments = self._comments(number)
        _expect(len(comments) == 1, f"there are {len(comments)} comments")
        return comments[0][0]

    def _push(self, number: int, first: str) -> str:
        with self._step("4. Push a second commit"):
            head = self.bitbucket.push_commit(REPOSITORY, number, "Count every airport").commits[0]
            self._until_status(head, "INPROGRESS")
            self._until(
                lambda: head[:12] in self.comment(number), "the report is not marked as older"
            )
            _expect(first[:12] in self.comment(number), "the older commit is not named")
            self.say(f"   the report now begins: {self.comment(number).splitlines()[0]}")
        return head

    def _merge(self, integration_id: str, ci_token: str, number: int, commit: str) -> None:
        with self._step("5. Merge the pull request"):
            before = self._comments(number)
            self.bitbucket.merge_pull_request(REPOSITORY, number)
            self.bitbucket.wait_until_delivered()
            late = requests.post(
                f"{self.api_url}/integrations/{integration_id}/diffs",
                params={"format": "data-diff", "commit": commit, "pull_request": str(number)},
                data=data_diff_json(PUSHES[0]).encode(),
                headers={"Authorization": f"Bearer {ci_token}"},
                timeout=60,
            ).json()
            self._until(
                lambda: self._submission(late["status_url"], ci_token) == "superseded",
                "late results were not told that the pull request is closed",
            )
            _expect(self._comments(number) == before, "something was posted after the merge")
            self.say("   results that come after the merge: superseded, nothing more is posted")

    def _submission(self, status_url: str, ci_token: str) -> str:
        answer = requests.get(
            status_url, headers={"Authorization": f"Bearer {ci_token}"}, timeout=60
        )
        return str(answer.json()["status"])

    def _comments(self, number: int) -> list[tuple[int, str]]:
        found = self.bitbucket.comments(REPOSITORY, number)
        return [(one.id, one.raw) for one in found if not one.deleted]

    def _status(self, commit: str) -> str:
        statuses = self.bitbucket.build_statuses(REPOSITORY, commit)
        return "; ".join(f"{one.state}: {one.description}" for one in statuses)

    def _until_status(self, commit: str, state: str) -> None:
        self._until(
            lambda: self._status(commit).startswith(state), f"no build status {state} on {commit}"
        )

    def _until(self, holds: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            _expect(time.monotonic() < deadline, f"{otherwise}, after {_PATIENCE_SECONDS} s")
            time.sleep(_GLANCE_SECONDS)

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        self.say(what)
        started = time.monotonic()
        yield
        self.times[what.strip()] = time.monotonic() - started


def _is_about(comment: str, commit: str) -> bool:
    return commit[:12] in comment and not comment.startswith("**Outdated")


def _shown(command: list[str], ci_token: str) -> str:
    """The command for a pipeline, in which the token is a secured variable."""
    return shlex.join(command).replace(
        f"'Authorization: Bearer {ci_token}'", '"Authorization: Bearer $DATA_DIFF_CI_TOKEN"'
    )


def _expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 reads as a sentence
    if not holds:
        raise StoryError(otherwise)

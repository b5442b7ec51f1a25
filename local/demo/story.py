"""The main job as a story: the same pull request on each Bitbucket, step by step."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.demo.pull_request_life import PullRequestLife, StoryError
from local.demo.warehouse import PUSHES, data_diff_json


@dataclass
class Story:
    """One pull request's life, on each Bitbucket. `folder` takes the files that CI would have."""

    lives: Sequence[PullRequestLife]
    folder: Path
    say: Callable[[str], None]
    times: dict[str, float] = field(default_factory=dict)

    def tell(self) -> None:
        """Play every step on one Bitbucket after the other. Raises StoryError."""
        with self._step("1. Connect the repository"):
            self._on_each(PullRequestLife.connect)
        with self._step("2. Open a pull request"):
            self._on_each(PullRequestLife.open)
        with self._step("3. Diff the first push's tables with DuckDB, and submit what came of it"):
            first = self._diffed(PUSHES[0])
            self._on_each(lambda life: life.submit(first))
        with self._step("4. Push a second commit"):
            self._on_each(PullRequestLife.push)
        with self._step("5. Diff the second push's tables, and submit what came of it"):
            second = self._diffed(PUSHES[1])
            self._on_each(lambda life: life.submit(second))
        with self._step("6. Merge the pull request"):
            self._on_each(lambda life: life.merge(late_results=first))

    def _diffed(self, version: str) -> Path:
        path = self.folder / f"{version}.jsonl"
        path.write_text(data_diff_json(version))
        return path

    def _on_each(self, step: Callable[[PullRequestLife], str]) -> None:
        for life in self.lives:
            try:
                seen = step(life)
            except StoryError as error:
                raise StoryError(f"on {life.repository.provider}, {error}") from error
            for line in seen.splitlines():
                self.say(f"   {life.repository.provider:<12} {line}")

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        self.say(what)
        started = time.monotonic()
        yield
        self.times[what] = time.monotonic() - started

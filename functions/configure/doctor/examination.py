"""Looks at one thing after another, and keeps what was found up to the first failure."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bitbucket_integration.bitbucket.origin import origin_of
from bitbucket_integration.errors import BitbucketError
from bitbucket_integration.integration import Health
from doctor.judgement import accepted, answered, judged
from doctor.probe import Probe, ProbeName, ProbeStatus, skipped
from doctor.screens import Screens

type Watcher = Callable[[Sequence[Probe], ProbeName | None], None]
"""Is told what was found so far and what is looked at next; None: nothing more. Raises nothing."""


def nobody(_: Sequence[Probe], __: ProbeName | None) -> None:
    """Watches no examination."""


class Examination:
    """What was found of one repository. `names` are the probes that its Bitbucket has."""

    def __init__(
        self,
        names: Sequence[ProbeName],
        base_url: str,
        screens: Screens,
        now: Callable[[], float],
        watcher: Watcher = nobody,
    ) -> None:
        """It begins now; `now` gives seconds. Nothing has been looked at yet."""
        self.screens = screens
        self._now = now
        self._watcher = watcher
        self._started = now()
        self._names = names
        self._origin = origin_of(base_url)
        self._found: dict[ProbeName, Probe] = {}

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return self._now() - self._started

    def add(self, *probes: Probe) -> None:
        """Keep what was found; of one thing what was found last."""
        self._found |= {probe.name: probe for probe in probes}

    def answered(self) -> None:
        """Bitbucket has answered."""
        self.add(*answered(self._origin, self.screens))

    def accepted(self) -> None:
        """Bitbucket has answered, and accepted the access token."""
        self.answered()
        self.add(accepted())

    @contextmanager
    def at(self, name: ProbeName) -> Iterator[None]:
        """While this is looked at: a BitbucketError is kept as what was found, and goes on."""
        # One answer of Bitbucket's may show several things, of which this is the last.
        looking_at = next((one for one in self._names if one not in self._found), name)
        found = [self._found[one] for one in self._names if one in self._found]
        self._watcher(found, looking_at)
        try:
            yield
        except BitbucketError as error:
            self.add(*judged(error, name, self._found, self._origin, self.screens))
            raise

    def probes(self) -> tuple[Probe, ...]:
        """All probes in their order; what was not looked at says so."""
        failure = self._failure()
        why = (
            f"Not looked at, since {failure.name.value} failed."
            if failure
            else "Not looked at: something else went wrong before."
        )
        return tuple(self._found.get(name) or skipped(name, why) for name in self._names)

    def ended(self) -> tuple[Probe, ...]:
        """All probes, as above; nothing more will be looked at."""
        probes = self.probes()
        self._watcher(probes, None)
        return probes

    def health(self, now: str) -> Health:
        """The integration's health, going by what was found."""
        failure = self._failure()
        if failure is None:
            return Health(since=now)
        return Health(failure.reason, f"{failure.seen} {failure.cure}".strip(), now)

    def _failure(self) -> Probe | None:
        found = (self._found.get(name) for name in self._names)
        return next((one for one in found if one and one.status is ProbeStatus.FAILED), None)

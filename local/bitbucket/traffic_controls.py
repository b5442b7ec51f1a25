"""The controls over requests to either API: which of them fail, and which there were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.bitbucket.faults import Fault, FaultKind, Faults
from local.bitbucket.model import NotPossibleError

if TYPE_CHECKING:
    from local.bitbucket.traffic import RequestLog, RequestRecord


class TrafficControls:
    """What may be done to the traffic."""

    fault_rules: Faults
    request_log: RequestLog

    def add_fault(  # noqa: PLR0913 - every one is optional
        self,
        kind: str,
        *,
        method: str = "*",
        path: str = "*",
        skip: int = 0,
        times: int | None = 1,
        status: int = 503,
        retry_after: int | None = None,
        seconds: float = 1.0,
        location: str | None = None,
    ) -> Fault:
        """Let matching requests fail: see FaultKind; `path` is a glob whose * spans slashes."""
        if kind not in set(FaultKind):
            message = f"{kind} is none of {', '.join(FaultKind)}"
            raise NotPossibleError(message)
        if (kind == FaultKind.REDIRECT) is (location is None):
            message = "a redirect needs a location, and nothing else has one"
            raise NotPossibleError(message)
        return self.fault_rules.add(
            Fault(
                0,
                FaultKind(kind),
                method,
                path,
                skip,
                times,
                status,
                retry_after,
                seconds,
                location,
            )
        )

    def remove_fault(self, fault: int) -> None:
        """Take one fault back."""
        self.fault_rules.remove(fault)

    def clear_faults(self) -> None:
        """Take all faults back."""
        self.fault_rules.clear()

    def faults(self) -> list[Fault]:
        """The faults that still wait for a request."""
        return self.fault_rules.rules()

    def requests(self, method: str = "*", path: str = "*") -> list[RequestRecord]:
        """The requests to the API that match these globs, the oldest first."""
        return self.request_log.select(method, path)

    def clear_requests(self) -> None:
        """Start counting requests anew."""
        self.request_log.clear()

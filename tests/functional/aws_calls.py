"""Watches the calls that the functions make to AWS, and lets chosen ones fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import boto3
from botocore.exceptions import ClientError

type Parameters = Mapping[str, Any]

_READS = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Receive", "Scan", "TransactGet")


class KilledError(BaseException):
    """The function's process ends here: nothing in it may catch this."""


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One call, with the parameters that the code gave."""

    operation: str
    parameters: Parameters


@dataclass(slots=True)
class _Fault:
    operation: str
    error: BaseException
    times: int
    where: Callable[[Parameters], bool]
    applied: bool

    def strikes(self, operation: str, parameters: Parameters) -> bool:
        matches = self.times > 0 and operation == self.operation and self.where(parameters)
        self.times -= matches
        return matches


def _everything(_: Parameters) -> bool:
    return True


@dataclass(slots=True)
class AwsCalls:
    """What went to AWS since the last `clear`; `sent` has an entry per request, retries too.

    `effects` are the operations that may have changed something, in the order of their answers.
    """

    made: list[AwsCall] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    _faults: list[_Fault] = field(default_factory=list)
    _lost: dict[str, BaseException] = field(default_factory=dict)
    _interruptions: dict[int, BaseException] = field(default_factory=dict)

    def watch(self, session: boto3.Session) -> None:
        """See all calls of the clients that this session will make."""
        session.events.register("provide-client-params", self._making)
        session.events.register_first("before-send", self._sending)
        session.events.register_first("after-call", self._answered)

    def unwatch(self, session: boto3.Session) -> None:
        """Leave the session as it was."""
        session.events.unregister("provide-client-params", self._making)
        session.events.unregister("before-send", self._sending)
        session.events.unregister("after-call", self._answered)

    def clear(self) -> None:
        """Count from here."""
        self.made.clear()
        self.sent.clear()
        self.effects.clear()

    def fail(
        self,
        operation: str,
        error: BaseException | None = None,
        *,
        times: int = 1,
        where: Callable[[Parameters], bool] = _everything,
        applied: bool = False,
    ) -> None:
        """Let the next calls of an operation fail; `applied`, only their answers are lost."""
        error = error or refusal(operation)
        self._faults.append(_Fault(operation, error, times, where, applied))

    def interrupt(self, effect: int, error: BaseException) -> None:
        """Raise this once that many effects have happened since the last `clear`."""
        self._interruptions[effect] = error

    def recover(self) -> None:
        """Let nothing fail any more."""
        self._faults.clear()
        self._interruptions.clear()

    def of(self, operation: str) -> list[Parameters]:
        """The parameters of the calls of an operation."""
        return [call.parameters for call in self.made if call.operation == operation]

    def _making(self, params: Parameters, model: Any, **_: Any) -> None:
        self.made.append(AwsCall(model.name, params))
        for fault in self._faults:
            if fault.strikes(model.name, params):
                if not fault.applied:
                    raise fault.error
                self._lost[model.name] = fault.error

    def _sending(self, event_name: str, **_: Any) -> None:
        self.sent.append(event_name.rpartition(".")[2])

    def _answered(self, model: Any, http_response: Any, **_: Any) -> None:
        error = self._lost.pop(model.name, None)
        if http_response.status_code < HTTPStatus.BAD_REQUEST and not model.name.startswith(_READS):
            self.effects.append(model.name)
            error = self._interruptions.pop(len(self.effects), error)
        if error is not None:
            raise error


def refusal(operation: str, code: str = "InternalServerError") -> ClientError:
    """What boto raises when AWS does not do what it was asked."""
    return ClientError({"Error": {"Code": code, "Message": "made to fail by a test"}}, operation)

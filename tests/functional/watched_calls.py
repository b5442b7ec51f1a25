"""Calls whose checks are looked at while they run."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.functional.aws_resources import session
from tests.functional.gateway import Invoke
from tests.functional.lambda_environment import Account

PROGRESS_ID = "6f1c0b9ad2e84c37a51d"


def is_of_progress(parameters: Mapping[str, Any]) -> bool:
    """Whether a call to DynamoDB is about what checks have found."""
    return bool(parameters["Item"]["pk"]["S"].startswith("PROGRESS#"))


@contextmanager
def between_checks(account: Account, do: Callable[[], None]) -> Iterator[None]:
    """Do something whenever a call has kept what its checks have found, before it goes on."""
    events = session("functions").events

    def kept(**_: Any) -> None:
        do()

    events.register("after-call.dynamodb.PutItem", kept)
    # Clients hear of what is registered before they are made.
    account.cold()
    try:
        yield
    finally:
        events.unregister("after-call.dynamodb.PutItem", kept)
        account.cold()


def serving(account: Account) -> Invoke:
    """Serves as Lambda does: a busy environment does not keep anybody from looking at progress."""
    beside = account.beside()

    def serve(name: str, event: dict[str, Any]) -> dict[str, Any]:
        looks = event["resource"].startswith("/progress")
        return (beside if looks else account).serve(name, event)

    return serve

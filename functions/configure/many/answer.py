"""The answer to a request about many repositories."""

from collections.abc import Callable

from answers import ManyView, ResultView
from check_views import CheckView, ManualWebhookView
from integration_setup import Configured
from integration_view import Views
from many.connecting import Many, Result
from refusals import Refusal


def configured_status(configured: Configured) -> int:
    """201 for the call that completed an integration, which is the one that shows its CI token."""
    return 200 if configured.ci_token is None else 201


def many_view(many: Many, views: Views, refused: Callable[[Exception], Refusal]) -> ManyView:
    """What of the results is shown."""
    return ManyView(
        results=[_result(one, views, refused) for one in many.results],
        next=many.following,
        further=f"{many.owner}/" if many.owner else None,
    )


def _result(one: Result, views: Views, refused: Callable[[Exception], Refusal]) -> ResultView:
    outcome = one.outcome
    if isinstance(outcome, Exception):
        refusal = refused(outcome)
        return ResultView(repository=one.name, status=refusal.status, problem=refusal.body)
    return ResultView(
        repository=one.name,
        status=configured_status(outcome),
        integration=views.of(outcome.integration),
        ci_token=outcome.ci_token,
        checks=[CheckView.of(probe) for probe in outcome.probes],
        manual_webhook=ManualWebhookView.of(outcome.manual_webhook),
    )

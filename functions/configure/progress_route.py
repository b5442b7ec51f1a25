"""The route that tells how far a call has come, and how that call is given its id."""

from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from admin_api import AdminApi
from answers import ProgressView

_PATTERN = "^[a-z0-9]{16,40}$"

ProgressId = Annotated[
    str | None,
    Query(
        pattern=_PATTERN,
        description=(
            "A random text of your own. While the call runs, `GET /progress/{progress_id}` shows"
            " the checks that were made so far."
        ),
        examples=["6f1c0b9ad2e84c37"],
    ),
]


def add_progress_route(app: APIGatewayRestResolver, api: AdminApi) -> None:
    """Let the app answer it."""

    @app.get("/progress/<progress_id>")
    def show_progress(progress_id: Annotated[str, Path(pattern=_PATTERN)]) -> ProgressView:
        """What the checks of a call have found so far."""
        return ProgressView.of(api.progress.of(progress_id))

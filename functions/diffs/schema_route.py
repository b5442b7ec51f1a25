"""`GET /schemas/model-diffs.json`: the JSON Schema of the format model-diffs, for anyone."""

from functools import cache

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from formats.model_diffs_schema import json_schema

_CACHED = {"Cache-Control": "public, max-age=3600"}
"""A deployment changes it, so not for long."""

router = APIGatewayRouter()  # type: ignore[no-untyped-call] # so it comes

_schema = cache(json_schema)


@router.get("/schemas/model-diffs.json")
def model_diffs_schema() -> Response[str]:
    """Answer without asking for credentials: it is the same in every deployment."""
    return Response(200, "application/schema+json", _schema(), dict(_CACHED))

"""Serves the description. It holds nothing that is secret, and asks for no token."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from api_description.document import TITLE, document
from bitbucket_integration import http_event

PUBLIC_PATHS = frozenset({"/openapi.json", "/docs"})

_PAGE = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def add_description_routes(app: APIGatewayRestResolver, public_url: str | None) -> None:
    """Let the app answer them."""

    def described() -> dict[str, object]:
        base = http_event.public_url(app.current_event.raw_event, public_url)
        generated = json.loads(app.get_openapi_json_schema(title=TITLE, version="1"))
        return document(generated, base)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        """This API as OpenAPI 3.1."""
        return Response(200, "application/json", json.dumps(described()))

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response[str]:
        """The same as a page to read."""
        # Other requests need not wait until a template engine is imported.
        from api_description.page import page  # noqa: PLC0415

        shown = page(described())
        headers = _PAGE | {"Content-Security-Policy": shown.policy}
        return Response(200, "text/html; charset=utf-8", shown.html, headers)

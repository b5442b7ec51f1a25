"""What an API Gateway REST proxy event says, read the same way by every HTTP function."""

import base64
from collections.abc import Mapping
from typing import Any


def headers(event: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers with names in lower case; HTTP does not tell the cases apart."""
    return {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The request's body, byte for byte as the client sent it.

    API Gateway hands bodies over as Base64 when the API's binary media types cover them.
    """
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        return b""


def bearer_token(event: Mapping[str, Any]) -> str:
    """The token of an `Authorization: Bearer` header, empty when there is none."""
    scheme, _, token = headers(event).get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def public_url(event: Mapping[str, Any], configured: str | None) -> str:
    """The address under which the API was called, without a trailing slash.

    A configured address wins (a custom domain's base path is not in the event). Otherwise it is
    made of the event, since a function's environment cannot name the API that its function is
    part of: CloudFormation would see a circle.
    """
    if configured:
        return configured
    context = event.get("requestContext") or {}
    sent = headers(event)
    host = context.get("domainName") or sent.get("host", "")
    path = event.get("path") or ""
    # The stage comes before the path; `sam local` gives the route's pattern instead, and no stage.
    full_path = str(context.get("path") or "")
    stage = full_path.removesuffix(path) if full_path.endswith(path) else ""
    return f"{sent.get('x-forwarded-proto', 'https')}://{host}{stage}".rstrip("/")

"""The routes that other functions answer, as OpenAPI; tests hold them to what is answered."""

from typing import Any

from api_description.refusals import refusals

_INTEGRATION = {
    "name": "integration_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[a-z0-9]{1,40}$"},
}


def _query(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string"} | schema,
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _json(description: str, schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"description": description, "content": content}


def _also_as_pages(answers: dict[str, Any]) -> dict[str, Any]:
    return {
        status: answer | {"content": {"text/html": {"schema": _TEXT}} | answer["content"]}
        for status, answer in answers.items()
    }


_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_SUBMISSION_ID = "0123456789abcdef0123456789abcdef01234567-9f86d081884c7d65"

SCHEMES: dict[str, Any] = {
    "ci": {
        "type": "http",
        "scheme": "bearer",
        "description": "The CI token of one integration, which begins with ddci_.",
    },
    "webhook": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Hub-Signature",
        "description": "Bitbucket's signature: sha256= and the HMAC-SHA256 of the body in hex.",
    },
}

OTHER_ROUTES: dict[str, Any] = {
    "/integrations/{integration_id}/diffs": {
        "post": {
            "operationId": "submit_results",
            "tags": ["CI"],
            "summary": "Submit diff results",
            "description": "Takes the results of a diff tool, plain or as gzip, for a commit, a"
            " pull request, or both. The same results again are the same submission.",
            "security": [{"ci": []}],
            "parameters": [
                _INTEGRATION,
                _query("commit", "The commit's full 40 hexadecimal characters."),
                _query("pull_request", "The pull request's number.", type="integer", minimum=1),
                _query("format", "Of the results. auto recognises it.", default="auto"),
                _query("model", "The model, for formats that name none."),
                _query("path", "The model's file in the repository."),
                _query("base_table", "The table in production."),
                _query("head_table", "The table of the pull request."),
                _query("primary_key", "Its columns, with commas between them."),
            ],
            "requestBody": {
                "required": True,
                "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
            },
            "responses": {
                "202": _json(
                    "Taken. `status_url` says what becomes of it",
                    _object(
                        {
                            "submission_id": _TEXT,
                            "status_url": _TEXT | {"format": "uri"},
                            "format": _TEXT,
                            "models": _NUMBER,
                        }
                    ),
                    {
                        "submission_id": _SUBMISSION_ID,
                        "status_url": "https://api.example.com/v1/integrations/uk7hekvzvcpkmpgv"
                        f"/diffs/{_SUBMISSION_ID}",
                        "format": "data-diff",
                        "models": 12,
                    },
                ),
                **refusals(
                    {
                        401: ("not_authenticated",),
                        404: ("no_route",),
                        413: ("body_too_large",),
                        422: ("invalid_diffs", "invalid_request"),
                        503: ("try_again_later",),
                    }
                ),
            },
        }
    },
    "/integrations/{integration_id}/diffs/{submission_id}": {
        "get": {
            "operationId": "show_submission",
            "tags": ["CI"],
            "summary": "Ask what became of a submission",
            "description": "Queued, posted, superseded or failed, and why.",
            "security": [{"ci": []}],
            "parameters": [
                _INTEGRATION,
                {"name": "submission_id", "in": "path", "required": True, "schema": _TEXT},
            ],
            "responses": {
                "200": _json(
                    "How far it has come",
                    _object(
                        {
                            "submission_id": _TEXT,
                            "status": {"enum": ["queued", "posted", "superseded", "failed"]},
                            "reason": _TEXT,
                            "detail": _TEXT,
                            "commit": {"type": ["string", "null"]},
                            "pull_request": {"type": ["integer", "null"]},
                            "submitted_at": _TEXT | {"format": "date-time"},
                            "format": _TEXT,
                            "models": _NUMBER,
                            "comment_url": {"type": ["string", "null"]},
                        }
                    ),
                    {
                        "submission_id": _SUBMISSION_ID,
                        "status": "posted",
                        "reason": "",
                        "detail": "",
                        "commit": "0123456789abcdef0123456789abcdef01234567",
                        "pull_request": None,
                        "submitted_at": "2026-11-20T10:00:00.000000+00:00",
                        "format": "data-diff",
                        "models": 12,
                        "comment_url": "https://bitbucket.org/acme/jaffle-shop/pull-requests/42"
                        "#comment-7",
                    },
                ),
                **refusals(
                    {
                        401: ("not_authenticated",),
                        404: ("unknown_submission", "no_route"),
                        503: ("try_again_later",),
                    }
                ),
            },
        }
    },
    "/webhooks/{integration_id}": {
        "post": {
            "operationId": "receive_webhook",
            "tags": ["Bitbucket"],
            "summary": "Receive an event of Bitbucket's",
            "description": "Checks the signature over the body as it was sent, and queues a job.",
            "security": [{"webhook": []}],
            "parameters": [
                _INTEGRATION,
                {
                    "name": "X-Event-Key",
                    "in": "header",
                    "required": True,
                    "description": "The event, such as pullrequest:created or pr:opened.",
                    "schema": _TEXT,
                },
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "responses": {
                "202": _json(
                    "Taken",
                    _object({"outcome": {"enum": ["queued", "ignored", "paused", "ping"]}}),
                    {"outcome": "queued"},
                ),
                **refusals(
                    {
                        400: ("malformed_event",),
                        401: ("not_authenticated",),
                        413: ("payload_too_large",),
                        503: ("not_queued",),
                    }
                ),
            },
        }
    },
    "/reports/{report_id}": {
        "get": {
            "operationId": "show_report",
            "tags": ["Reports"],
            "summary": "Show a report in full",
            "description": "As a page, or as JSON. The link itself is the credential: it is in the"
            " pull request's comment.",
            "security": [],
            "parameters": [
                {"name": "report_id", "in": "path", "required": True, "schema": _TEXT},
                _query(
                    "format", "By default what the Accept header asks for.", enum=["html", "json"]
                ),
            ],
            "responses": {
                "200": {
                    "description": "The report",
                    "content": {
                        "text/html": {"schema": _TEXT},
                        "application/json": {"schema": {"type": "object"}},
                    },
                },
                **_also_as_pages(
                    refusals(
                        {
                            404: ("unknown_report", "no_route"),
                            500: ("report_too_large",),
                            503: ("try_again_later",),
                        }
                    )
                ),
            },
        }
    },
    "/schemas/model-diffs.json": {
        "get": {
            "operationId": "show_model_diffs_schema",
            "tags": ["CI"],
            "summary": "Show the JSON Schema of the format model-diffs",
            "description": "The same in every deployment.",
            "security": [],
            "responses": {
                "200": {
                    "description": "A JSON Schema",
                    "content": {"application/schema+json": {"schema": {"type": "object"}}},
                }
            },
        }
    },
}

"""The controls over HTTP: `POST /_control/<operation>` with the arguments as a JSON object.

The answer is `{"result": ...}`, or `{"error": "..."}` with 400, 404, 409 or 504. The buttons of the
pages post the same operations as forms and are sent back to the page they came from.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, redirect, request

from local.bitbucket.model import NotPossibleError, NotThereError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from local.bitbucket.controls import Controls

OPERATIONS = (
    "reset",
    "create_repository",
    "rename_repository",
    "repository",
    "create_access_token",
    "revoke_access_token",
    "expire_access_token",
    "create_data_center_repository",
    "move_data_center_repository",
    "archive_data_center_repository",
    "unarchive_data_center_repository",
    "create_data_center_token",
    "set_data_center_version",
    "set_data_center_rate_limit",
    "open_pull_request",
    "push_commit",
    "edit_pull_request",
    "merge_pull_request",
    "decline_pull_request",
    "delete_pull_request",
    "add_comment",
    "delete_comment",
    "pull_request",
    "pull_requests",
    "comments",
    "build_statuses",
    "insight_reports",
    "hooks",
    "deliveries",
    "wait_until_delivered",
    "pause_deliveries",
    "resume_deliveries",
    "redeliver",
    "redeliver_last",
    "add_fault",
    "remove_fault",
    "clear_faults",
    "faults",
    "requests",
    "clear_requests",
)


class BadArgumentsError(ValueError):
    """The operation has no such argument, lacks one, or wants another type."""


STATUSES: dict[type[Exception], int] = {
    BadArgumentsError: 400,
    NotThereError: 404,
    NotPossibleError: 409,
    TimeoutError: 504,
}


def to_json(value: object) -> Any:
    """A value as JSON; fields marked private are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name.rstrip("_"): to_json(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if not field.metadata.get("private")
        }
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.decode() if isinstance(value, bytes) else value


def _read(annotation: str, value: object) -> object:
    """The value as the annotation wants it; forms and query strings have text for everything."""
    kinds = annotation.split(" | ")
    if value is None and "None" in kinds:
        return None
    if "tuple[str, ...]" in kinds and isinstance(value, list | tuple):
        if all(isinstance(item, str) for item in value):
            return tuple(value)
    elif "datetime" in kinds and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment
    elif "bool" in kinds and (isinstance(value, bool) or value in ("true", "false")):
        return value in (True, "true")
    elif "str" in kinds and isinstance(value, str):
        return value
    elif {"int", "float"} & set(kinds) and isinstance(value, str | int | float):
        return int(value) if "int" in kinds else float(value)
    message = f"expected {annotation}"
    raise ValueError(message)


def arguments_for(operation: Callable[..., object], given: Mapping[str, object]) -> dict[str, Any]:
    """What is given, checked against the operation's parameters."""
    parameters = inspect.signature(operation).parameters
    unknown = sorted(set(given) - set(parameters))
    missing = [
        name
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty and name not in given
    ]
    if unknown or missing:
        message = f"unknown: {unknown}, missing: {missing}"
        raise BadArgumentsError(message)
    read = {}
    for name, value in given.items():
        try:
            read[name] = _read(parameters[name].annotation, value)
        except ValueError as problem:
            message = f"{name}: {problem}"
            raise BadArgumentsError(message) from None
    return read


def _path_on_this_host(path: str) -> str:
    """Where a form leads back to, never another host."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def refuse(error: Exception) -> ResponseReturnValue:
    """What a failed operation answers."""
    status = next(status for kind, status in STATUSES.items() if isinstance(error, kind))
    return jsonify({"error": str(error)}), status


def create_blueprint(controls: Controls) -> Blueprint:
    """The control API."""
    blueprint = Blueprint("control", __name__, url_prefix="/_control")

    @blueprint.before_request
    def refuse_other_sites() -> ResponseReturnValue | None:
        # A page of another site, open in the same browser, could otherwise post forms here.
        if request.origin not in (None, request.host_url.rstrip("/")):
            return jsonify({"error": "not from this origin"}), 403
        return None

    for problem in STATUSES:
        blueprint.register_error_handler(problem, refuse)

    @blueprint.get("/")
    def operations() -> ResponseReturnValue:
        methods = {name: getattr(controls, name) for name in OPERATIONS}
        return jsonify(
            {
                "result": {
                    name: {
                        "does": inspect.getdoc(method),
                        "arguments": str(inspect.signature(method)),
                    }
                    for name, method in methods.items()
                }
            }
        )

    @blueprint.post("/<operation>")
    def operate(operation: str) -> ResponseReturnValue:
        if operation not in OPERATIONS:
            raise NotThereError(operation)
        method = getattr(controls, operation)
        if request.form:
            given = {name: value for name, value in request.form.items() if value}
            back = _path_on_this_host(given.pop("next", "/"))
            result = method(**arguments_for(method, given))
            return redirect(back.replace("{id}", str(getattr(result, "id", ""))), 303)
        content = request.get_json(silent=True) if request.data else {}
        if not isinstance(content, dict):
            message = "the arguments are a JSON object"
            raise BadArgumentsError(message)
        return jsonify({"result": to_json(method(**arguments_for(method, content)))})

    return blueprint

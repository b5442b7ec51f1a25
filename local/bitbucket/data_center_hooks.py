"""Webhook subscriptions of Data Center's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from local.bitbucket import data_center_bodies as bodies
from local.bitbucket import data_center_payloads as payloads
from local.bitbucket import data_center_webhooks as webhooks
from local.bitbucket.data_center_api import REPOSITORY, DataCenterApi, body
from local.bitbucket.data_center_errors import DataCenterError
from local.bitbucket.data_center_paging import page
from local.bitbucket.model import Hook

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

HOOKS = f"{REPOSITORY}/webhooks"
HOOK = f"{HOOKS}/<int:number>"


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The calls; all of them ask for REPO_ADMIN."""
    blueprint = Blueprint("webhooks", __name__)

    def shown(hook: Hook) -> dict[str, Any]:
        return payloads.hook(hook, api.rendering())

    def wanted() -> bodies.HookBody:
        return bodies.hook(body(), webhooks.events(api.data_center.version))

    @blueprint.get(HOOKS)
    @api.needs("REPO_ADMIN")
    def hooks(stored: RepositoryState) -> ResponseReturnValue:
        asked = set(request.args.getlist("event"))
        found = [h for h in stored.hooks.values() if not asked or asked & set(h.events)]
        return jsonify(page(found, shown, request.args))

    @blueprint.post(HOOKS)
    @api.needs("REPO_ADMIN")
    def create(stored: RepositoryState) -> ResponseReturnValue:
        hook = _hook(wanted(), str(api.state.number_of("webhook")), api)
        stored.hooks[hook.uuid] = hook
        # The reference says 200. Which of the two a server says is not recorded: take both.
        return jsonify(shown(hook)), 201

    @blueprint.get(HOOK)
    @api.needs("REPO_ADMIN")
    def one(stored: RepositoryState, number: int) -> ResponseReturnValue:
        return jsonify(shown(the_hook(stored, number)))

    @blueprint.put(HOOK)
    @api.needs("REPO_ADMIN")
    def edit(stored: RepositoryState, number: int) -> ResponseReturnValue:
        old = the_hook(stored, number)
        changed = _hook(wanted(), old.uuid, api, old)
        stored.hooks[old.uuid] = changed
        return jsonify(shown(changed))

    @blueprint.delete(HOOK)
    @api.needs("REPO_ADMIN")
    def delete(stored: RepositoryState, number: int) -> ResponseReturnValue:
        del stored.hooks[the_hook(stored, number).uuid]
        return "", 204

    return blueprint


def _hook(
    wanted: bodies.HookBody, number: str, api: DataCenterApi, old: Hook | None = None
) -> Hook:
    now = api.state.now()
    return Hook(
        uuid=number,
        url=wanted.url,
        description=wanted.name,
        events=wanted.events,
        active=wanted.active,
        skip_cert_verification=not wanted.verify_certificate,
        history_enabled=True,
        created_at=old.created_at if old else now,
        secret=wanted.secret,
        credentials=wanted.credentials,
        updated_at=now,
    )


def the_hook(stored: RepositoryState, number: int) -> Hook:
    """The webhook, or 404."""
    try:
        return stored.hooks[str(number)]
    except KeyError:
        message = f"Webhook {number} does not exist."
        raise DataCenterError(404, message, "webhook.NoSuchWebhookException") from None

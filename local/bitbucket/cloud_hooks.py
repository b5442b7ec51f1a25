"""Webhook subscriptions of Bitbucket Cloud's API."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from local.bitbucket import cloud_bodies, cloud_payloads
from local.bitbucket.authorization import scopes_of_events
from local.bitbucket.cloud_api import REPOSITORY, CloudApi, body
from local.bitbucket.cloud_errors import CloudError
from local.bitbucket.cloud_paging import page
from local.bitbucket.model import Hook

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

HOOKS = f"{REPOSITORY}/hooks"
HOOK = f"{HOOKS}/<uid>"


def create_blueprint(api: CloudApi) -> Blueprint:
    """The calls; they ask for `webhook`, and for the scope of each event."""
    blueprint = Blueprint("hooks", __name__)

    def shown(stored: RepositoryState, hook: Hook) -> dict[str, Any]:
        return cloud_payloads.hook(hook, stored.repository, api.addresses())

    @blueprint.get(HOOKS)
    @api.needs("webhook")
    def hooks(stored: RepositoryState) -> ResponseReturnValue:
        return jsonify(
            page(
                list(stored.hooks.values()),
                lambda hook: shown(stored, hook),
                request.args,
                request.base_url,
            )
        )

    @blueprint.post(HOOKS)
    @api.needs("webhook")
    def create(stored: RepositoryState) -> ResponseReturnValue:
        wanted = cloud_bodies.hook(body())
        api.require(scopes_of_events(wanted.events))
        hook = Hook(
            uuid=f"{{{uuid.uuid4()}}}",
            url=wanted.url,
            description=wanted.description,
            events=wanted.events,
            active=wanted.active,
            skip_cert_verification=wanted.skip_cert_verification,
            history_enabled=wanted.history_enabled,
            created_at=api.state.now(),
            secret=wanted.secret if isinstance(wanted.secret, str) else None,
        )
        stored.hooks[hook.uuid] = hook
        return jsonify(shown(stored, hook)), 201

    @blueprint.get(HOOK)
    @api.needs("webhook")
    def one(stored: RepositoryState, uid: str) -> ResponseReturnValue:
        return jsonify(shown(stored, the_hook(stored, uid)))

    @blueprint.put(HOOK)
    @api.needs("webhook")
    def edit(stored: RepositoryState, uid: str) -> ResponseReturnValue:
        hook = the_hook(stored, uid)
        wanted = cloud_bodies.hook(body(), hook)
        api.require(scopes_of_events(wanted.events))
        changed = replace(
            hook,
            url=wanted.url,
            description=wanted.description,
            events=wanted.events,
            active=wanted.active,
            skip_cert_verification=wanted.skip_cert_verification,
            history_enabled=wanted.history_enabled,
            # Left out it stays, null and "" remove it: the reference, on updating a webhook.
            secret=(
                hook.secret if isinstance(wanted.secret, cloud_bodies.Unchanged) else wanted.secret
            ),
        )
        stored.hooks[hook.uuid] = changed
        return jsonify(shown(stored, changed))

    @blueprint.delete(HOOK)
    @api.needs("webhook")
    def delete(stored: RepositoryState, uid: str) -> ResponseReturnValue:
        del stored.hooks[the_hook(stored, uid).uuid]
        return "", 204

    return blueprint


def the_hook(stored: RepositoryState, uid: str) -> Hook:
    """The hook, with or without braces around its uuid, or 404."""
    try:
        return stored.hooks["{" + uid.strip("{}") + "}"]
    except KeyError:
        raise CloudError(404, f"Webhook {uid} not found") from None

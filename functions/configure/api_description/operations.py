"""What the admin API's operations do, and how they may refuse, beyond what their types say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

type Reasons = Mapping[int, tuple[str, ...]]

_EVERYWHERE: Reasons = {401: ("not_authenticated",), 503: ("try_again_later",)}
# A path with what no id has in it is none of the routes.
_ONE: Reasons = {404: ("unknown_integration", "no_route"), 422: ("invalid_request",)}
_CHANGE: Reasons = {409: ("changed_meanwhile",), 412: ("changed_meanwhile",)}
_BITBUCKET: Reasons = {
    422: (
        "access_token_rejected",
        "permission_missing",
        "not_found_in_bitbucket",
        "refused_by_bitbucket",
        "moved_in_bitbucket",
        "unsupported_version",
        "address_refused",
        "tls_failed",
    ),
    503: ("rate_limited", "bitbucket_unavailable"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """`reasons` are those of its refusals, by status."""

    id: str
    summary: str
    description: str
    reasons: Reasons = field(default_factory=dict)


def _all(*reasons: Reasons) -> Reasons:
    found: dict[int, tuple[str, ...]] = {}
    for some in (_EVERYWHERE, *reasons):
        for status, names in some.items():
            found[status] = found.get(status, ()) + names
    return found


_ID = "/integrations/{integration_id}"

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("post", "/integrations"): Operation(
        "connect_repository",
        "Connect a repository",
        "Checks the access token, keeps it, and creates the webhook. The same call again updates"
        " the token and repairs the webhook. With a token that may not manage webhooks the answer"
        " says which webhook to enter by hand. The CI token is shown by the call that completes"
        " the connection, this once. With `repositories` or `all_in` the answer is 200 and says"
        " what became of each: give `next` as `after` until it is null. For one repository,"
        " `progress_id` lets you see the checks while they are made.",
        _all({409: ("changed_meanwhile",), 422: ("invalid_request",)}, _BITBUCKET),
    ),
    ("get", "/integrations"): Operation(
        "list_integrations",
        "List integrations",
        "All integrations, page by page: give `next` as `after` until it is null. With filters a"
        " page may be short although there are more.",
        _all({422: ("invalid_request",)}),
    ),
    ("get", _ID): Operation(
        "show_integration",
        "Show an integration",
        "One integration with its health and all its settings. The `ETag` is what `If-Match`"
        " wants.",
        _all(_ONE),
    ),
    ("patch", _ID): Operation(
        "change_integration",
        "Change an integration",
        "Changes what is sent and leaves the rest. A new access token is looked at first; if it"
        " will not do, the one in use stays.",
        _all(_ONE, _CHANGE, _BITBUCKET),
    ),
    ("delete", _ID): Operation(
        "delete_integration",
        "Remove an integration",
        "Removes the webhook, results and reports, the access token, and all rows, and closes build"
        " statuses that wait for results. With very many of them `deleted` is false, and the same"
        " call again goes on.",
        _all(_ONE, {412: ("changed_meanwhile",), 503: ("rate_limited", "bitbucket_unavailable")}),
    ),
    ("post", f"{_ID}/check"): Operation(
        "check_integration",
        "Let the doctor look",
        "Looks at all that an integration needs, repairs its webhook, and says what else is to be"
        " done. The integration's health is what was found. `progress_id` lets you see the checks"
        " while they are made.",
        _all(_ONE),
    ),
    ("get", "/progress/{progress_id}"): Operation(
        "show_progress",
        "See the checks of a call while they are made",
        "What the checks of a call with this `progress_id` have found so far, in their order, and"
        " which one is being made. When the call stops half-way, the last checks that it made stay"
        " to be seen. After an hour they are gone.",
        _all({404: ("unknown_progress", "no_route"), 422: ("invalid_request",)}),
    ),
    ("post", f"{_ID}/pause"): Operation(
        "pause_integration",
        "Pause reports",
        "Nothing is reported until the integration is resumed. Events are passed over, and results"
        " from CI are kept.",
        _all(_ONE, _CHANGE),
    ),
    ("post", f"{_ID}/resume"): Operation(
        "resume_integration",
        "Resume reports",
        "Reports again, and brings every open pull request up to date.",
        _all(_ONE, _CHANGE),
    ),
    ("post", f"{_ID}/rotate"): Operation(
        "rotate_secret",
        "Rotate a secret",
        "Replaces a secret. When this stops half-way, both secrets are accepted and the same call"
        " finishes it. While a former secret is still accepted, no third one is made, unless"
        " `grace_minutes` is 0.",
        _all(_ONE, _CHANGE, {422: ("rotation_unfinished",)}),
    ),
    ("get", f"{_ID}/activity"): Operation(
        "show_activity",
        "Show what happened lately",
        "What became of the events and results of the last 14 days, the newest first.",
        _all(_ONE),
    ),
}

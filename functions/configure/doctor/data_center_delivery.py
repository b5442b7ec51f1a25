"""Whether a Data Center's events reach us: it is let call our address, and asked how it went."""

import re
from urllib.parse import urlsplit

from bitbucket_integration.activity import Activity
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.data_center_answers import WebhookDelivery
from bitbucket_integration.bitbucket.vocabulary import Webhook
from bitbucket_integration.errors import BitbucketError, ConnectionProblem, NoAnswerError
from bitbucket_integration.problem import sentence
from bitbucket_integration.pull_request_event import DATA_CENTER_EVENTS
from doctor.access import last_event
from doctor.probe import Probe, ProbeName, ProbeStatus, failed, ok, warning

NOT_DELIVERED = "webhook_not_delivered"
"""The reason of a failure that is no error of Bitbucket's."""

_GOOD_ANSWERS = {200, 202}
_GOOD_OUTCOME = "SUCCESS"
_STATUS = re.compile(r"[1-5][0-9]{2}")


def try_delivery(
    repository: DataCenterRepository,
    client: BitbucketClient,
    webhook: Webhook,
    activity: Activity | None,
) -> Probe:
    """Let Bitbucket send a ping to the webhook's URL. Raises no BitbucketError."""
    try:
        status = client.run(repository.test_webhook(webhook.url)).status
        latest = client.run(repository.latest_delivery(webhook.id))
    except NoAnswerError as error:
        # It waits for our address, longer than we wait for it.
        if error.problem is ConnectionProblem.TIMED_OUT:
            return judged_delivery(webhook.url, None, None, activity)
        return _untested(error)
    except BitbucketError as error:
        return _untested(error)
    return judged_delivery(webhook.url, status, latest, activity)


def judged_delivery(
    url: str, status: int | None, latest: WebhookDelivery | None, activity: Activity | None
) -> Probe:
    """What the status that Bitbucket got shows, None for none, and the latest delivery."""
    host = urlsplit(url).hostname or url
    if status is None:
        return failed(
            ProbeName.DELIVERY,
            f"Bitbucket gets no answer from {host}.",
            f"Let the Bitbucket server connect to {host} by https, in its firewall or in the"
            " outbound proxy that it uses.",
            NOT_DELIVERED,
        )
    if status not in _GOOD_ANSWERS:
        return failed(
            ProbeName.DELIVERY,
            f"Bitbucket gets the answer {status} from {host}, and not the 202 of this API.",
            "Something between Bitbucket and this API answers in its place, such as a proxy or the"
            " API's resource policy. Let it pass Bitbucket's requests on.",
            NOT_DELIVERED,
        )
    reached = f"Bitbucket reaches {host}, which answers {status}."
    if latest is not None and latest.outcome != _GOOD_OUTCOME:
        return warning(
            ProbeName.DELIVERY,
            f"{reached} But its latest delivery{_of(latest)} failed{_with(latest)}.",
            "Bitbucket spares a webhook that failed several times, for up to ten hours. Update a"
            " pull request, and check again.",
        )
    came = last_event(activity)
    return ok(
        ProbeName.DELIVERY,
        f"{reached} {came.seen}" if came.status is ProbeStatus.OK else reached,
    )


def _untested(error: BitbucketError) -> Probe:
    return warning(
        ProbeName.DELIVERY,
        f"Bitbucket did not test the webhook. {sentence(error)}",
        "Check again. Or test it yourself: edit the webhook in Bitbucket under Repository settings"
        " → Webhooks, and press Test connection.",
    )


# Bitbucket's words are repeated only where they can be nothing else than what they should be.
def _of(latest: WebhookDelivery) -> str:
    return f", {latest.event}," if latest.event in DATA_CENTER_EVENTS else ""


def _with(latest: WebhookDelivery) -> str:
    return f" with {latest.description}" if _STATUS.fullmatch(latest.description) else ""

"""Queues a job for each pull request whose results were awaited for long enough.

It runs on a schedule. What it does not get to, or does twice, does no harm: the report function
decides from what is true when it runs.
"""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from bitbucket_integration.observability import observers
from bitbucket_integration.report_job import DEADLINE, PullRequestJob
from bitbucket_integration.settings import SweepSettings
from bitbucket_integration.stores.deadlines import Deadline, PassedDeadlines
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.timestamps import timestamp

_LEAST_MILLISECONDS = 10_000
"""With less time left the rest waits for the next run."""

logger, metrics = observers("sweep")


class Sweep:
    """Settles the deadlines that have passed."""

    def __init__(
        self, deadlines: PassedDeadlines, queue: ReportQueue, now: Callable[[], float]
    ) -> None:
        """Use these stores; `now` gives seconds since 1970."""
        self._deadlines = deadlines
        self._queue = queue
        self._now = now

    def run(self, milliseconds_left: Callable[[], int]) -> int:
        """Queue the jobs; how many. Raises boto's errors, and the next run goes on from there."""
        queued = 0
        now = timestamp(self._now())
        for deadline in self._deadlines.by(now):
            if milliseconds_left() < _LEAST_MILLISECONDS:
                logger.warning("out of time", queued=queued)
                break
            self._settle(deadline)
            queued += 1
        return queued

    def _settle(self, deadline: Deadline) -> None:
        job = PullRequestJob(deadline.integration_id, deadline.pull_request_id, DEADLINE)
        self._queue.send(job, f"{DEADLINE}/{deadline.at}")
        # Only now: a deadline that is lost would leave a status in progress for ever.
        self._deadlines.remove(deadline)


def build_sweep(environ: Mapping[str, str], now: Callable[[], float]) -> Sweep:
    """A sweep with real AWS clients, as the environment says."""
    settings = SweepSettings.from_environ(environ)
    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
    return Sweep(
        PassedDeadlines(boto3.client("dynamodb", config=config), settings.table_name),
        ReportQueue(boto3.client("sqs", config=config), settings.queue_url),
        now,
    )


_sweep = build_sweep(os.environ, time.time)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    """EventBridge: a schedule's event, whose content does not matter."""
    queued = _sweep.run(context.get_remaining_time_in_millis)
    metrics.add_metric("DeadlinePassed", MetricUnit.Count, queued)
    logger.info("swept", queued=queued)
    return {"queued": queued}

"""The functions' logs and metrics.

Logs are JSON; they name integrations, pull requests and reasons, never bodies or credentials.
"""

import warnings

from aws_lambda_powertools import Logger, Metrics

# A request that only reads has nothing to count.
warnings.filterwarnings("ignore", "No application metrics to publish")


def observers(service: str) -> tuple[Logger, Metrics]:
    """The logger and the metrics of a function; metrics go through its log (embedded format).

    Their namespace is the stack's own, which the environment says.
    """
    return Logger(service=service), Metrics(service=service)

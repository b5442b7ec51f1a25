"""`python -m local.stack` (`make local`): the whole system, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from local.stack.errors import LocalStackError
from local.stack.places import REPOSITORY, STACK_JSON
from local.stack.stack import LocalStack, say, stack_json

SEEDED_REPOSITORY = "acme/jaffle-shop"
SEEDED_PROJECT, SEEDED_SLUG = "DATA", "jaffle-shop"
SCOPES = ("pullrequest:write", "webhook")


def main(arguments: list[str] | None = None) -> int:
    """Bring the stack up, say where everything is, wait for the end."""
    parser = argparse.ArgumentParser(prog="make local", description=__doc__)
    parser.add_argument(
        "--cloud-api-url", metavar="URL", help="a Bitbucket other than the emulator"
    )
    options = parser.parse_args(arguments)
    # A shell that starts this in the background has SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with LocalStack(cloud_api_url=options.cloud_api_url) as stack:
            facts = stack.facts() | seed(stack)
            with stack_json(facts):
                say("\n" + described(facts))
                threading.Event().wait()
    except LocalStackError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def seed(stack: LocalStack) -> dict[str, str | None]:
    """Give each of the emulator's Bitbuckets a repository, and tell access tokens for them."""
    bitbucket = stack.bitbucket
    if bitbucket is None:
        return {"bitbucket_token": None}
    bitbucket.create_repository(SEEDED_REPOSITORY)
    on_data_center = bitbucket.create_data_center_repository(SEEDED_PROJECT, SEEDED_SLUG)
    return {
        "bitbucket_token": bitbucket.create_access_token(SEEDED_REPOSITORY, SCOPES),
        "bitbucket_data_center_repository": f"{bitbucket.data_center_url}/{on_data_center}",
        "bitbucket_data_center_token": bitbucket.create_data_center_token(on_data_center),
    }


def described(facts: dict[str, str | None]) -> str:
    """Say it as a person wants to read it."""
    lines = [
        f"The API         {facts['api_url']}",
        f"Admin token     {facts['admin_token']}",
        f"Cloud           {facts['bitbucket_cloud_api_url']}",
    ]
    if facts["bitbucket_cloud_web_url"]:
        lines += [
            f"  pages         {facts['bitbucket_cloud_web_url']}/{SEEDED_REPOSITORY}/",
            f"  access token  {facts['bitbucket_token']}",
            f"Data Center     {facts['bitbucket_data_center_url']}",
            f"  repository    {facts['bitbucket_data_center_repository']}",
            f"  access token  {facts['bitbucket_data_center_token']}",
        ]
    lines += [
        f"AWS             {facts['aws_endpoint_url']}",
        "",
        f"{STACK_JSON.relative_to(REPOSITORY)} says this for scripts. Ctrl-C stops everything.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

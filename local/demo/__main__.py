"""`python -m local.demo` (`make demo`): the main job on an embedded AWS, and then all is gone."""

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from local.demo.bitbuckets import create_repositories
from local.demo.pull_request_life import PullRequestLife, StoryError
from local.demo.snapshot import save_page
from local.demo.story import Story
from local.stack.errors import LocalStackError
from local.stack.places import REPOSITORY as CHECKOUT
from local.stack.stack import LocalStack, say

PAGES = CHECKOUT / ".local" / "demo"


def main(arguments: list[str] | None = None) -> int:
    """Bring the stack up, tell the story, show what came of it."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--keep", action="store_true", help="stay up afterwards, until Ctrl-C, to look around"
    )
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with LocalStack() as stack, tempfile.TemporaryDirectory() as folder:
            _tell(stack, Path(folder))
            if options.keep:
                say("Everything stays up until Ctrl-C.")
                threading.Event().wait()
    except (LocalStackError, StoryError) as error:
        say(f"The demo failed: {error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def _tell(stack: LocalStack, folder: Path) -> None:
    if stack.bitbucket is None:
        raise StoryError("the story needs the emulator")
    lives = [
        PullRequestLife(repository, stack.api_url, stack.admin_token)
        for repository in create_repositories(stack.bitbucket)
    ]
    story = Story(lives, folder, say)
    story.tell()
    say(f"\nThe comment, as Bitbucket {lives[0].repository.provider} stores it:\n")
    say(lives[0].comment)
    say("\nHow long each step took:")
    for step, seconds in story.times.items():
        say(f"  {seconds:6.1f} s  {step}")
    say("\nThe pages of the pull request and of its full report:")
    for life in lives:
        provider = life.repository.provider
        kept = provider.lower().replace(" ", "-")
        _keep(provider, life.repository.page(life.number), f"{kept}.html")
        _keep("", life.full_report, f"{kept}-report.html")
    say("`make demo ARGS=--keep` leaves all running.")


def _keep(provider: str, page: str, name: str) -> None:
    kept = PAGES / name
    save_page(page, kept)
    say(f"  {provider:<12} {page}")
    say(f"  {'':<12} kept as {kept.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    sys.exit(main())

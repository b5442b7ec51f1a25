"""`python -m local.demo` (`make demo`): the main job on an embedded AWS, and then all is gone."""

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from local.demo.snapshot import save_page
from local.demo.story import REPOSITORY, Story, StoryError
from local.stack.errors import LocalStackError
from local.stack.places import REPOSITORY as CHECKOUT
from local.stack.stack import LocalStack, say

SNAPSHOT = CHECKOUT / ".local" / "demo" / "pull-request.html"


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
    stack.bitbucket.create_repository(REPOSITORY)
    story = Story(stack.api_url, stack.admin_token, stack.bitbucket, folder, say)
    number = story.tell()
    page = f"{stack.cloud_web_url}/{REPOSITORY}/pull-requests/{number}"
    save_page(page, SNAPSHOT)
    say(f"\nThe comment, as Bitbucket stores it:\n\n{story.comment(number)}")
    say("\nHow long each step took:")
    for step, seconds in story.times.items():
        say(f"  {seconds:6.1f} s  {step}")
    say(f"\nThe pull request's page: {page}")
    say(f"  kept as {SNAPSHOT.relative_to(CHECKOUT)}; `make demo ARGS=--keep` leaves all running")


if __name__ == "__main__":
    sys.exit(main())

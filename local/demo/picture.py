"""`python -m local.demo.picture`: takes pictures of the demo after its first push.

In `docs/images` they are `comment.png`, the pull request on Bitbucket Cloud, and `report.png`, its
full report. It needs Chromium.
"""

import sys
import tempfile
from pathlib import Path

from local.demo.bitbuckets import create_repositories
from local.demo.chromium import chromium
from local.demo.pull_request_life import PullRequestLife, StoryError
from local.demo.warehouse import PUSHES, data_diff_json
from local.stack.errors import LocalStackError
from local.stack.places import REPOSITORY as CHECKOUT
from local.stack.stack import LocalStack, say

PICTURES = CHECKOUT / "docs" / "images"
WIDTH, HEIGHT = 1240, 800


def main() -> int:
    """Play the story up to the first report on Bitbucket Cloud, and take its pictures."""
    try:
        with LocalStack() as stack, tempfile.TemporaryDirectory() as folder:
            life = _reported(stack, Path(folder) / "diffs.jsonl")
            _take(life.repository.page(life.number), PICTURES / "comment.png")
            _take(life.full_report, PICTURES / "report.png")
    except (LocalStackError, StoryError) as error:
        say(str(error))
        return 1
    return 0


def _reported(stack: LocalStack, results: Path) -> PullRequestLife:
    if stack.bitbucket is None:
        raise StoryError("the story needs the emulator")
    on_cloud, _ = create_repositories(stack.bitbucket)
    life = PullRequestLife(on_cloud, stack.api_url, stack.admin_token)
    life.connect()
    life.open()
    results.write_text(data_diff_json(PUSHES[0]))
    life.submit(results)
    return life


def _take(url: str, picture: Path) -> None:
    with chromium(WIDTH, HEIGHT) as page:
        page.goto(url)
        page.screenshot(path=picture, full_page=True)
    say(f"Taken: {picture.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    sys.exit(main())

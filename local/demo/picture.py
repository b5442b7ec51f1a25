"""`python -m local.demo.picture`: takes `docs/images/comment.png`, the demo after its first push.

It needs Chromium.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from local.demo.bitbuckets import create_repositories
from local.demo.pull_request_life import PullRequestLife, StoryError
from local.demo.warehouse import PUSHES, data_diff_json
from local.stack.errors import LocalStackError
from local.stack.places import REPOSITORY as CHECKOUT
from local.stack.stack import LocalStack, say

PICTURE = CHECKOUT / "docs" / "images" / "comment.png"
WIDTH, HEIGHT = 1240, 800


def main() -> int:
    """Play the story up to the first report on Bitbucket Cloud, and take its picture."""
    try:
        with LocalStack() as stack, tempfile.TemporaryDirectory() as folder:
            page = _reported(stack, Path(folder) / "diffs.jsonl")
            _take(page)
    except (LocalStackError, StoryError) as error:
        say(str(error))
        return 1
    say(f"Taken: {PICTURE.relative_to(CHECKOUT)}")
    return 0


def _reported(stack: LocalStack, results: Path) -> str:
    if stack.bitbucket is None:
        raise StoryError("the story needs the emulator")
    on_cloud, _ = create_repositories(stack.bitbucket)
    life = PullRequestLife(on_cloud, stack.api_url, stack.admin_token)
    life.connect()
    life.open()
    results.write_text(data_diff_json(PUSHES[0]))
    life.submit(results)
    return on_cloud.page(life.number)


def _take(url: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise StoryError("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(url)
        page.screenshot(path=PICTURE, full_page=True)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())

"""`python -m local.demo.configuration_pictures`: takes the pictures of the configuration page.

They are `docs/images/configuration-add.png` and `docs/images/configuration-repository.png`. It
needs Chromium.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from local.demo.bitbuckets import create_repositories
from local.demo.chromium import chromium
from local.demo.pull_request_life import PullRequestLife, StoryError
from local.demo.warehouse import PUSHES, data_diff_json
from local.stack.errors import LocalStackError
from local.stack.places import REPOSITORY as CHECKOUT
from local.stack.stack import LocalStack, say

IMAGES = CHECKOUT / "docs" / "images"
WIDTH, HEIGHT = 1040, 860


def main() -> int:
    """Connect a repository that gets a report, and take pictures of the page before and after."""
    try:
        with LocalStack() as stack, chromium(WIDTH, HEIGHT) as page:
            _take(stack, page)
    except (LocalStackError, StoryError) as error:
        say(str(error))
        return 1
    return 0


def _take(stack: LocalStack, page: Page) -> None:
    if stack.bitbucket is None:
        raise StoryError("the story needs the emulator")
    on_cloud, _ = create_repositories(stack.bitbucket)
    page.goto(f"{stack.api_url}/#/add")
    page.get_by_label("Admin token").fill(stack.admin_token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Repository", exact=True).fill("acme/jaffle-shop")
    page.get_by_label("Access token", exact=True).fill("x" * 24)
    page.get_by_role("heading", name="Add repository").focus()
    _picture(page, "configuration-add.png")
    life = PullRequestLife(on_cloud, stack.api_url, stack.admin_token)
    life.connect()
    life.open()
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "diffs.jsonl"
        results.write_text(data_diff_json(PUSHES[0]))
        life.submit(results)
    page.get_by_role("link", name="Repositories").click()
    page.locator(".repositories a").first.click()
    page.locator(".activity li").first.wait_for()
    _picture(page, "configuration-repository.png")


def _picture(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / name)
    say(f"Taken: docs/images/{name}")


if __name__ == "__main__":
    sys.exit(main())

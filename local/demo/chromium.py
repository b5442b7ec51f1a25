"""A browser to take pictures with."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from local.demo.pull_request_life import StoryError


@contextmanager
def chromium(width: int, height: int) -> Iterator[Page]:
    """An empty page, this many pixels large. Raises StoryError where Chromium is not installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise StoryError("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser.new_page(viewport={"width": width, "height": height})
        browser.close()

"""Real Chromium, driven headless. The browser is the system's own: none is downloaded."""

import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from local.bitbucket import BitbucketEmulator
from tests.browser.configuration_screens import Deployment, complaints_of
from tests.functional.bench import CLOUD, DATA_CENTER
from tests.functional.gateway import Invoke, gateway
from tests.functional.lambda_environment import Account, account

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

# Without these Chromium calls home as soon as it starts.
QUIET = [
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, "--no-sandbox", "--disable-gpu"]
        )
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def serving() -> Callable[[Account], Invoke]:
    """How the functions are run."""
    return lambda account: account.serve


@pytest.fixture
def deployment(serving: Callable[[Account], Invoke]) -> Iterator[Deployment]:
    """The functions behind a gateway, beside a Bitbucket with a repository of each kind."""
    with BitbucketEmulator() as bitbucket:
        CLOUD.create_repository(bitbucket)
        DATA_CENTER.create_repository(bitbucket)
        with account(bitbucket.cloud_api_url, "") as aws, gateway(serving(aws)) as url:
            yield Deployment(url, bitbucket, aws)
            assert aws.crashes == []


@pytest.fixture
def viewport() -> ViewportSize:
    """How large the window is of who administers."""
    return {"width": 1280, "height": 900}


@pytest.fixture
def scheme() -> str:
    """Light or dark, as the system of who administers is set."""
    return "light"


@pytest.fixture
def admin(
    browser: Browser, viewport: ViewportSize, scheme: Literal["light", "dark"]
) -> Iterator[Page]:
    """The page of who administers. It has nothing to complain about: no error, no violation."""
    context = browser.new_context(viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints = complaints_of(page)
    yield page
    context.close()
    assert complaints == []

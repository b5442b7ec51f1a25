"""The configuration page as its tests use it: a deployment behind it, and what one does there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, ViewportSize

from local.bitbucket import BitbucketEmulator
from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.bench import Bench
from tests.functional.lambda_environment import Account

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}

# The browser notes every call that does not end well. What the page makes of it, tests look at.
_ANSWERED = "Failed to load resource: "

_LISTEN = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Deployment:
    """The stack's API, and the Bitbucket beside it."""

    url: str
    bitbucket: BitbucketEmulator
    account: Account

    @property
    def page_url(self) -> str:
        return f"{self.url}/"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """What another admin does meanwhile."""
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"} | options.pop("headers", {})
        answer = requests.request(method, self.url + path, headers=headers, timeout=30, **options)
        assert answer.ok, answer.text
        return answer

    def connect(self, bench: Bench) -> str:
        """Connect a repository past the page; its id."""
        body = {
            "repository": bench.address(self.bitbucket),
            "access_token": bench.create_token(self.bitbucket),
        }
        return str(self.call("POST", "/integrations", json=body).json()["integration"]["id"])


def complaints_of(page: Page) -> list[str]:
    """What the browser says against the page from now on."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if not message.text.startswith(_ANSWERED):
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(_LISTEN)
    return said


def sign_in(page: Page, deployment: Deployment, place: str = "") -> None:
    """Open the page and sign in, at a place such as `#/add`."""
    page.goto(deployment.page_url + place)
    page.get_by_label("Admin token").fill(ADMIN_TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def fill_in(page: Page, repository: str, access_token: str) -> None:
    """Fill the form that adds a repository, and send it."""
    page.get_by_label("Repository", exact=True).fill(repository)
    page.get_by_label("Access token", exact=True).fill(access_token)
    page.get_by_role("button", name="Connect").click()


def containing(text: str) -> re.Pattern[str]:
    """What has this text in it, for expectations that are given no part of a text."""
    return re.compile(re.escape(text))


def wait_until_focused(page: Page, wanted: str) -> None:
    """Wait until what has this id or text has the focus."""
    page.wait_for_function(
        "wanted => [document.activeElement.id, document.activeElement.innerText].includes(wanted)",
        arg=wanted,
    )


def examined(page: Page, viewport: ViewportSize) -> Callable[[], None]:
    """Expects that everyone can use what is shown: axe finds nothing, and nothing sticks out."""

    def examine() -> None:
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]

    return examine


def open_everything(page: Page) -> None:
    """Open whatever is closed under a summary."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

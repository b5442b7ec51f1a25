"""The checks of a call, as they come in on the configuration page."""

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.browser.configuration_screens import (
    DESKTOP,
    PHONE,
    Deployment,
    examined,
    fill_in,
    sign_in,
    wait_until_focused,
)
from tests.functional.aws_calls import KilledError
from tests.functional.bench import CLOUD, DATA_CENTER
from tests.functional.gateway import Invoke
from tests.functional.lambda_environment import Account
from tests.functional.watched_calls import between_checks
from tests.functional.watched_calls import serving as serving_looks

pytestmark = pytest.mark.browser

BEFORE_COMMENTS = ["Connection", "Encryption", "Access token", "Kind of token", "Repository"]


@pytest.fixture
def serving() -> Callable[[Account], Invoke]:
    return serving_looks


class Turnstile:
    """Stops a call whenever it has told what its checks found, until it is let on."""

    def __init__(self) -> None:
        self._let_on = threading.Semaphore(0)

    def stop(self) -> None:
        assert self._let_on.acquire(timeout=30)

    def let_on(self, times: int = 1) -> None:
        self._let_on.release(times)

    def open(self) -> None:
        self.let_on(1_000)


@pytest.fixture
def turnstile(deployment: Deployment) -> Iterator[Turnstile]:
    made = Turnstile()
    with between_checks(deployment.account, made.stop):
        yield made
        made.open()
        # The environment is busy until the call that was let on has ended.
        deployment.call("GET", "/integrations")


def connect(deployment: Deployment, page: Page, token: str | None = None) -> None:
    sign_in(page, deployment, "#/add")
    token = token or CLOUD.create_token(deployment.bitbucket)
    fill_in(page, "acme/jaffle-shop", token)


def looking_at(page: Page, name: str) -> None:
    """Wait until the page says that this is being looked at."""
    expect(page.locator(".check.looking")).to_have_text(f"…{name} being looked at")


def shown(page: Page) -> list[str]:
    return page.locator(".check:not(.looking) b").all_inner_texts()


def test_checks_are_seen_one_after_another_while_the_call_runs(
    deployment: Deployment, admin: Page, turnstile: Turnstile
) -> None:
    connect(deployment, admin)
    looking_at(admin, "Connection")
    assert shown(admin) == []
    turnstile.let_on()
    looking_at(admin, "Comments")
    assert shown(admin) == BEFORE_COMMENTS
    expect(admin.locator(".check.ok", has_text="The token sees")).to_contain_text("✓")
    turnstile.let_on()
    looking_at(admin, "Build status")
    turnstile.let_on()
    looking_at(admin, "Care of the webhook")
    turnstile.let_on()
    looking_at(admin, "Webhook")
    assert deployment.bitbucket.hooks("acme/jaffle-shop") == []
    turnstile.let_on()
    looking_at(admin, "Delivery of events")
    assert shown(admin)[-1] == "Webhook\N{RIGHT SINGLE QUOTATION MARK}s address"
    expect(admin.get_by_role("button", name="Checking the token")).to_be_focused()
    turnstile.let_on()
    expect(admin.locator(".check.looking")).to_have_count(0)
    assert shown(admin)[-1] == "Delivery of events"
    turnstile.open()
    wait_until_focused(admin, "acme/jaffle-shop is connected")


def test_a_failed_check_shows_its_cure_before_the_answer_is_there(
    deployment: Deployment, admin: Page, turnstile: Turnstile
) -> None:
    connect(deployment, admin, "wrong-token")
    looking_at(admin, "Connection")
    turnstile.let_on()
    failed = admin.locator(".check.failed")
    expect(failed.locator(".cure")).to_contain_text("Create Repository Access Token")
    expect(admin.get_by_role("heading", name="As far as it came")).to_have_count(0)
    turnstile.open()
    expect(admin.get_by_role("heading", name="As far as it came")).to_be_visible()
    expect(failed.locator(".cure")).to_contain_text("Create Repository Access Token")
    expect(admin.get_by_label("Access token", exact=True)).to_be_focused()


def test_a_call_that_is_cut_off_leaves_what_it_found(
    deployment: Deployment, admin: Page, turnstile: Turnstile
) -> None:
    deployment.account.calls.fail("TransactWriteItems", KilledError())
    connect(deployment, admin)
    turnstile.let_on(3)
    looking_at(admin, "Care of the webhook")
    turnstile.open()
    expect(admin.get_by_role("alert")).to_contain_text("The function failed")
    expect(admin.get_by_role("heading", name="As far as it came")).to_be_visible()
    assert shown(admin) == [*BEFORE_COMMENTS, "Comments", "Build status"]
    expect(admin.locator(".check.looking")).to_have_count(0)
    admin.get_by_role("button", name="Connect").click()
    wait_until_focused(admin, "acme/jaffle-shop is connected")


def test_who_hears_the_page_is_told_in_short(
    deployment: Deployment, admin: Page, turnstile: Turnstile
) -> None:
    connect(deployment, admin)
    announcement = admin.locator("#announcement")
    expect(announcement).to_have_text("0 checked. Next: Connection …")
    turnstile.let_on()
    # The emulator speaks no TLS.
    expect(announcement).to_have_text("5 checked. There is one warning. Next: Comments …")
    expect(admin.locator("[data-part=checks] [role=status]")).to_have_count(0)


def test_a_check_of_a_repository_is_seen_as_well(
    deployment: Deployment, admin: Page, turnstile: Turnstile
) -> None:
    turnstile.open()
    connected = deployment.connect(DATA_CENTER)
    sign_in(admin, deployment, f"#/repositories/{connected}")
    admin.get_by_role("button", name="Save settings").wait_for()
    with between_checks(deployment.account, (second := Turnstile()).stop):
        admin.get_by_role("button", name="Check now").click()
        looking_at(admin, "Connection")
        second.let_on()
        looking_at(admin, "Access token")
        assert shown(admin) == ["Connection", "Encryption", "Version of Bitbucket"]
        second.open()
        expect(admin.locator(".lead")).to_contain_text("There is one warning.")
    expect(admin.locator(".check.looking")).to_have_count(0)
    assert shown(admin)[-1] == "Delivery of events"


@pytest.mark.parametrize(("status", "again"), [(401, False), (404, True), (500, False)])
def test_what_cannot_be_seen_keeps_nobody_from_connecting(
    deployment: Deployment, admin: Page, turnstile: Turnstile, status: int, *, again: bool
) -> None:
    looks: list[Route] = []

    def refuse(route: Route) -> None:
        looks.append(route)
        route.fulfill(status=status, json={"reason": "whatever", "detail": "No."})

    admin.route("**/progress/*", refuse)
    with admin.expect_response("**/progress/*"):
        connect(deployment, admin)
    admin.wait_for_timeout(1_200)
    assert (len(looks) > 1) is again
    expect(admin.get_by_role("button", name="Checking the token")).to_be_focused()
    expect(admin.get_by_role("alert")).to_have_count(0)
    turnstile.open()
    wait_until_focused(admin, "acme/jaffle-shop is connected")


def test_looks_again_after_one_that_nobody_answered(
    deployment: Deployment, admin: Page, turnstile: Turnstile
) -> None:
    turnstile.let_on()
    admin.route("**/progress/*", lambda route: route.abort(), times=1)
    connect(deployment, admin)
    looking_at(admin, "Comments")


def test_looks_once_at_a_time_and_no_longer_than_the_call_runs(
    deployment: Deployment, admin: Page, turnstile: Turnstile
) -> None:
    looks: list[Route] = []

    def hold(route: Route) -> None:
        looks.append(route)

    admin.route("**/progress/*", hold)
    with admin.expect_request("**/progress/*"):
        connect(deployment, admin)
    admin.wait_for_timeout(1_200)
    assert len(looks) == 1
    looks[0].continue_()
    looking_at(admin, "Connection")
    with admin.expect_request("**/progress/*"):
        pass
    turnstile.open()
    wait_until_focused(admin, "acme/jaffle-shop is connected")
    looks[-1].continue_()
    admin.wait_for_timeout(1_200)
    assert len(looks) == 2
    expect(admin.locator("#announcement")).to_have_text("acme/jaffle-shop is connected")
    expect(admin.get_by_role("button", name="Copy CI token")).to_be_visible()


def test_many_repositories_are_not_looked_at_in_this_way(
    deployment: Deployment, admin: Page
) -> None:
    asked: list[str] = []
    admin.on("request", lambda request: asked.append(request.url))
    sign_in(admin, deployment, "#/add")
    admin.get_by_role("radio", name="Several").check()
    admin.get_by_role("textbox", name="Repositories", exact=True).fill("acme/jaffle-shop")
    admin.get_by_label("Access token", exact=True).fill(CLOUD.create_token(deployment.bitbucket))
    admin.get_by_role("button", name="Connect").click()
    wait_until_focused(admin, "1 repository is connected")
    assert not [url for url in asked if "progress" in url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everyone_can_use_what_is_seen_meanwhile(
    deployment: Deployment, admin: Page, turnstile: Turnstile, viewport: ViewportSize
) -> None:
    examine = examined(admin, viewport)
    connect(deployment, admin)
    turnstile.let_on()
    looking_at(admin, "Comments")
    expect(admin.locator(".check.looking")).to_be_in_viewport()
    examine()

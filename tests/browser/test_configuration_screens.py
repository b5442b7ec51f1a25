"""Every screen of the configuration page, as everyone can use it."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.configuration_screens import (
    DESKTOP,
    PHONE,
    Deployment,
    examined,
    fill_in,
    open_everything,
    sign_in,
)
from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.bench import CLOUD, DATA_CENTER

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_any_screen(
    deployment: Deployment, admin: Page, viewport: ViewportSize
) -> None:
    examine = examined(admin, viewport)
    bitbucket = deployment.bitbucket
    admin.goto(deployment.page_url)
    admin.get_by_label("Admin token").fill("wrong")
    admin.get_by_role("button", name="Sign in").click()
    expect(admin.get_by_text("This is not the admin token")).to_be_visible()
    examine()
    admin.get_by_label("Admin token").fill(ADMIN_TOKEN)
    admin.get_by_role("button", name="Sign in").click()
    expect(admin.get_by_text("No repository is connected yet.")).to_be_visible()
    examine()
    admin.get_by_role("link", name="Add repository").click()
    examine()
    fill_in(admin, "acme/jaffle-shop", "wrong-token")
    expect(admin.locator(".check.failed")).to_be_visible()
    examine()
    fill_in(admin, DATA_CENTER.address(bitbucket), DATA_CENTER.create_lesser_token(bitbucket))
    expect(admin.get_by_role("heading", name="Enter this webhook")).to_be_visible()
    examine()
    connected = deployment.connect(CLOUD)
    deployment.call(
        "PATCH", f"/integrations/{connected}", json={"access_token_expires": "2020-01-31"}
    )
    bitbucket.open_pull_request("acme/jaffle-shop", title="Fix amounts")
    bitbucket.wait_until_delivered()
    deployment.account.drain()
    admin.get_by_role("link", name="Repositories").click()
    expect(admin.locator(".repositories li")).to_have_count(2)
    examine()
    admin.get_by_role("link", name="acme/jaffle-shop").click()
    expect(admin.locator(".activity li")).to_have_count(1)
    open_everything(admin)
    admin.get_by_role("button", name="Add limits").click()
    admin.get_by_role("button", name="Check now").click()
    expect(admin.locator(".checks")).to_be_visible()
    examine()
    for button in ("New CI token", "Remove repository"):
        admin.get_by_role("button", name=button).click()
        expect(admin.get_by_role("dialog")).to_be_visible()
        examine()
        admin.keyboard.press("Escape")


def test_a_repository_is_connected_with_the_keyboard_alone(
    deployment: Deployment, admin: Page
) -> None:
    admin.goto(deployment.page_url)
    admin.keyboard.type(ADMIN_TOKEN)
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="Repositories")).to_be_focused()
    reach(admin, "Add the first one")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="Add repository")).to_be_focused()
    reach(admin, "repository")
    admin.keyboard.type("acme/jaffle-shop")
    reach(admin, "access_token")
    admin.keyboard.type(CLOUD.create_token(deployment.bitbucket))
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="acme/jaffle-shop is connected")).to_be_focused()


def test_all_that_can_be_done_with_a_repository_is_reached_with_the_keyboard(
    deployment: Deployment, admin: Page
) -> None:
    connected = deployment.connect(CLOUD)
    sign_in(admin, deployment, f"#/repositories/{connected}")
    admin.get_by_role("button", name="Save settings").wait_for()
    open_everything(admin)
    admin.locator("h1").focus()
    reached: set[str] = set()
    for _ in range(150):
        admin.keyboard.press("Tab")
        name, outline = admin.evaluate(
            # Of a day, its parts show where the focus is.
            "(e => [e === document.body ? '' : e.id || e.innerText || e.tagName,"
            " e.type === 'date' ? 'auto' : getComputedStyle(e).outlineStyle])"
            "(document.activeElement)"
        )
        if not name:
            break
        assert outline in {"solid", "auto"}, name
        reached.add(name)
    wanted = {"Pause", "Check now", "Save settings", "New CI token", "Replace", "Note the day"}
    wanted |= {"New webhook secret", "Revoke links", "Look again", "Remove repository"}
    assert wanted <= reached
    assert {"setting-comment", "setting-thresholds", "setting-ignore_columns"} <= reached


def reach(page: Page, wanted: str) -> None:
    """Press Tab until what has this id or text has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(
            "wanted => [document.activeElement.id, document.activeElement.innerText]"
            ".includes(wanted)",
            wanted,
        ):
            return
    raise AssertionError(wanted)


def test_the_way_back_leads_through_the_screens(deployment: Deployment, admin: Page) -> None:
    connected = deployment.connect(CLOUD)
    sign_in(admin, deployment)
    admin.get_by_role("link", name="acme/jaffle-shop").click()
    expect(admin).to_have_title("acme/jaffle-shop · Data diff reports")
    admin.get_by_role("link", name="Add repository").click()
    expect(admin).to_have_title("Add repository · Data diff reports")
    admin.go_back()
    expect(admin).to_have_url(f"{deployment.page_url}#/repositories/{connected}")
    expect(admin.get_by_role("heading", name="acme/jaffle-shop")).to_be_visible()
    admin.go_back()
    expect(admin.get_by_role("heading", name="Repositories")).to_be_focused()


def test_leads_to_the_description_of_the_api(deployment: Deployment, admin: Page) -> None:
    admin.goto(deployment.url)
    admin.get_by_role("link", name="The API that this page uses").click()
    expect(admin).to_have_url(f"{deployment.url}/docs")
    expect(admin.get_by_role("heading", level=1)).to_be_visible()


def test_the_page_loads_nothing_and_calls_its_own_api_alone(
    deployment: Deployment, admin: Page
) -> None:
    asked: list[str] = []
    admin.on("request", lambda request: asked.append(request.url))
    connected = deployment.connect(CLOUD)
    sign_in(admin, deployment, f"#/repositories/{connected}")
    admin.get_by_role("button", name="Save settings").wait_for()
    loaded = [one for one in asked if not one.startswith("data:")]
    assert loaded[0].partition("#")[0] == deployment.page_url
    assert {one.rpartition("/v1/")[0] + "/v1/" for one in loaded} == {deployment.page_url}
    assert not [one for one in loaded if one.endswith((".js", ".css", ".ico", ".woff2"))]


@pytest.mark.parametrize("slash", ["", "/"], ids=["without a slash", "with a slash"])
def test_the_api_is_found_below_the_stage(deployment: Deployment, admin: Page, slash: str) -> None:
    admin.goto(deployment.url + slash)
    admin.get_by_label("Admin token").fill(ADMIN_TOKEN)
    admin.get_by_role("button", name="Sign in").click()
    expect(admin.get_by_text("No repository is connected yet.")).to_be_visible()

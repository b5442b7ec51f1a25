"""Connecting many repositories from the configuration page."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from unittest import mock

import pytest
from playwright.sync_api import Dialog, Page, Route, ViewportSize, expect

from bitbucket_integration.errors import InvalidRequestError
from many.repository_group import parse_group
from repository_address import CloudAddress
from tests.browser.configuration_screens import (
    DESKTOP,
    PHONE,
    Deployment,
    containing,
    examined,
    open_everything,
    sign_in,
    wait_until_focused,
)
from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.bench import CLOUD, DATA_CENTER

pytestmark = pytest.mark.browser

MORE = ("basket", "customers", "orders")
OF_WORKSPACE = [f"acme/{name}" for name in sorted(("jaffle-shop", *MORE))]


@pytest.fixture
def workspace_token(deployment: Deployment) -> str:
    """Of a workspace with four repositories."""
    for name in MORE:
        deployment.bitbucket.create_repository(f"acme/{name}")
    return deployment.bitbucket.create_access_token(CLOUD.repository, kind="workspace_access_token")


@contextmanager
def at_once(deployment: Deployment, number: int) -> Iterator[None]:
    """Lets the API connect so many with a call."""
    deployment.call("GET", "/integrations")
    connecting = import_module("many.connecting")
    with mock.patch.object(connecting, "MOST_AT_ONCE", number):
        yield


def choose(page: Page, extent: str, field: str, text: str) -> None:
    page.get_by_role("radio", name=extent).check()
    page.get_by_role("textbox", name=field, exact=True).fill(text)


def connect(page: Page, token: str) -> None:
    page.get_by_label("Access token", exact=True).fill(token)
    page.get_by_role("button", name="Connect", exact=True).click()


def connect_workspace(page: Page, token: str) -> None:
    choose(page, "All of a workspace", "Workspace", "acme")
    connect(page, token)


def held(page: Page) -> list[Route]:
    """The calls that connect, none of which goes on by itself."""
    calls: list[Route] = []

    def hold(route: Route) -> None:
        calls.append(route)

    page.route("**/integrations", hold)
    return calls


def held_call(page: Page, calls: list[Route], number: int) -> Route:
    """Such a call by its number, as soon as the page makes it."""
    for _ in range(500):
        if len(calls) >= number:
            return calls[number - 1]
        page.wait_for_timeout(20)
    raise AssertionError(f"there is no call {number}")


def names(page: Page, part: str = "connected") -> list[str]:
    return page.locator(f"[data-part={part}] > li p:first-child :is(a, b)").all_inner_texts()


def connected(deployment: Deployment) -> list[str]:
    listed = deployment.call("GET", "/integrations").json()["integrations"]
    return sorted(str(one["repository"]) for one in listed)


def test_a_list_with_a_mistake_is_connected_as_far_as_it_goes_and_then_mended(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    sign_in(admin, deployment, "#/add")
    choose(
        admin,
        "Several",
        "Repositories",
        "acme/orders\n\nacme/custommers\n- Acme/basket\nacme/orders/\n",
    )
    understood = "3 repositories: acme/orders, acme/custommers, acme/basket on Bitbucket Cloud."
    expect(admin.locator("#repositories-understood")).to_have_text(understood)
    connect(admin, workspace_token)
    expect(admin.get_by_role("heading", level=1)).to_have_text("2 of 3 repositories are connected")
    assert names(admin) == ["acme/basket", "acme/orders"]
    assert names(admin, "refused") == ["acme/custommers"]
    refused = admin.locator("[data-part=refused] li")
    expect(refused).to_contain_text("Check the name of workspace and repository")
    expect(admin.get_by_role("button", name="Copy CI token of acme/orders")).to_be_visible()
    admin.get_by_role("button", name="Change addresses or token").click()
    field = admin.get_by_label("Repositories", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_value("acme/custommers")
    field.fill("acme/customers")
    admin.get_by_role("button", name="Connect", exact=True).click()
    wait_until_focused(admin, "3 repositories are connected")
    assert names(admin) == ["acme/basket", "acme/orders", "acme/customers"]
    expect(admin.get_by_role("button", name="Copy CI token of acme/orders")).to_be_visible()
    assert list(deployment.account.access_tokens().values()) == [workspace_token]


def test_those_that_failed_are_tried_again_alone(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    sign_in(admin, deployment, "#/add")
    choose(admin, "Several", "Repositories", "acme/orders, acme/late, acme/later")
    connect(admin, workspace_token)
    again = admin.get_by_role("button", name="Try these 2 again")
    expect(again).to_be_visible()
    deployment.bitbucket.create_repository("acme/late")
    with admin.expect_request("**/integrations") as request:
        again.click()
    assert dict(request.value.post_data_json or {})["repositories"] == ["acme/late", "acme/later"]
    expect(admin.get_by_role("heading", level=1)).to_have_text("2 of 3 repositories are connected")
    expect(admin.get_by_role("button", name="Try it again")).to_be_visible()
    assert names(admin) == ["acme/orders", "acme/late"]
    assert connected(deployment) == ["acme/late", "acme/orders"]
    assert list(deployment.account.access_tokens().values()) == [workspace_token]


def test_a_workspace_is_connected_call_by_call_until_nothing_is_left(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    sign_in(admin, deployment, "#/add")
    choose(admin, "All of a workspace", "Workspace", "https://bitbucket.org/acme/")
    understood = "All repositories in acme on Bitbucket Cloud that the token sees"
    expect(admin.locator("#all_in-understood")).to_have_text(understood)
    asked: list[str] = []
    admin.on("request", lambda request: asked.append(request.method))
    with at_once(deployment, 1):
        connect(admin, workspace_token)
        wait_until_focused(admin, "Connecting repositories")
        expect(admin.get_by_role("heading", level=1)).to_have_text("4 repositories are connected")
    assert asked.count("POST") == len(OF_WORKSPACE)
    assert names(admin) == OF_WORKSPACE
    assert connected(deployment) == OF_WORKSPACE


def test_a_project_of_data_center_is_connected_with_what_failed_by_its_address(
    deployment: Deployment, admin: Page
) -> None:
    bitbucket = deployment.bitbucket
    bitbucket.create_data_center_repository("DATA", "orders")
    token = bitbucket.create_data_center_token(DATA_CENTER.repository, "PROJECT_ADMIN")
    project = f"{bitbucket.data_center_url}/projects/DATA"
    sign_in(admin, deployment, "#/add")
    choose(admin, "All of a workspace", "Workspace", f"{project}/")
    expect(admin.get_by_role("radio", name="All of a project")).to_be_checked()
    expect(admin.locator("#all_in-understood")).to_contain_text("DATA on Bitbucket Data Center")
    bitbucket.add_fault("server_error", method="POST", path="*/orders/webhooks")
    connect(admin, token)
    expect(admin.get_by_role("heading", level=1)).to_have_text("1 of 2 repositories is connected")
    with admin.expect_request("**/integrations") as request:
        admin.get_by_role("button", name="Try it again").click()
    assert dict(request.value.post_data_json or {})["repositories"] == [f"{project}/repos/orders"]
    expect(admin.get_by_role("heading", level=1)).to_have_text("2 repositories are connected")
    assert connected(deployment) == ["DATA/jaffle-shop", "DATA/orders"]


def test_stops_when_asked_to_and_goes_on_from_there(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    sign_in(admin, deployment, "#/add")
    waiting = held(admin)
    with at_once(deployment, 1):
        connect_workspace(admin, workspace_token)
        held_call(admin, waiting, 1)
        admin.get_by_role("button", name="Stop").click()
        wait_until_focused(admin, "Connecting repositories")
        expect(admin.get_by_text("It stops after those")).to_be_visible()
        waiting[0].continue_()
        expect(admin.get_by_text("Stopped. 1 repository done.")).to_be_visible()
        assert len(waiting) == 1
        assert connected(deployment) == OF_WORKSPACE[:1]
        admin.unroute("**/integrations")
        admin.get_by_role("button", name="Go on").click()
        expect(admin.get_by_role("heading", level=1)).to_have_text("4 repositories are connected")
    assert connected(deployment) == OF_WORKSPACE
    assert list(deployment.account.access_tokens().values()) == [workspace_token]


def test_what_interrupts_it_is_said_and_it_goes_on_after_that(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    calls: list[Route] = []

    def interrupt_the_second(route: Route) -> None:
        calls.append(route)
        if len(calls) == 2:
            route.abort()
        else:
            route.continue_()

    sign_in(admin, deployment, "#/add")
    admin.route("**/integrations", interrupt_the_second)
    with at_once(deployment, 2):
        connect_workspace(admin, workspace_token)
        expect(admin.get_by_role("alert")).to_contain_text("The API cannot be reached")
        expect(admin.get_by_role("heading", level=1)).to_have_text(
            "2 repositories connected so far"
        )
        admin.get_by_role("button", name="Go on").click()
        expect(admin.get_by_role("heading", level=1)).to_have_text("4 repositories are connected")
    expect(admin.get_by_role("alert")).to_have_count(0)
    assert names(admin) == OF_WORKSPACE


def test_an_access_token_that_ends_half_way_is_replaced_by_another_one(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    bitbucket = deployment.bitbucket
    sign_in(admin, deployment, "#/add")
    waiting = held(admin)
    with at_once(deployment, 2):
        connect_workspace(admin, workspace_token)
        held_call(admin, waiting, 1).continue_()
        second = held_call(admin, waiting, 2)
        bitbucket.revoke_access_token(workspace_token)
        second.continue_()
        expect(admin.get_by_role("alert")).to_contain_text("does not accept")
        admin.unroute("**/integrations")
        admin.get_by_role("button", name="Change addresses or token").click()
        workspace = admin.get_by_role("textbox", name="Workspace", exact=True)
        expect(workspace).to_be_focused()
        expect(workspace).to_have_value("acme")
        admin.get_by_role("button", name="Back to the results").click()
        wait_until_focused(admin, "2 repositories connected so far")
        admin.get_by_role("button", name="Change addresses or token").click()
        replacement = bitbucket.create_access_token(CLOUD.repository, kind="workspace_access_token")
        connect(admin, replacement)
        expect(admin.get_by_role("heading", level=1)).to_have_text("4 repositories are connected")
    assert names(admin) == OF_WORKSPACE
    expect(admin.get_by_role("button", name="Copy CI token of")).to_have_count(4)
    for one in deployment.call("GET", "/integrations").json()["integrations"]:
        assert deployment.call("POST", f"/integrations/{one['id']}/check").json()["ok"]


def test_all_ci_tokens_are_copied_at_once_with_where_they_are_for(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = deployment.connect(CLOUD)
    sign_in(admin, deployment, "#/add")
    connect_workspace(admin, workspace_token)
    expect(admin.get_by_text("It was connected before.")).to_have_count(1)
    admin.get_by_role("button", name="Copy all").click()
    expect(admin.locator("#announcement")).to_have_text("The list with all CI tokens copied")
    lines = str(admin.evaluate("navigator.clipboard.readText()")).splitlines()
    copied = [line.split("\t") for line in lines]
    assert [name for name, *_ in copied] == [one for one in OF_WORKSPACE if "jaffle" not in one]
    for _, url, token in copied:
        assert url.startswith(f"{deployment.url}/integrations/")
        assert before not in url
        answer = deployment.call(
            "POST",
            f"{url.removeprefix(deployment.url)}?commit={'0' * 40}",
            data=b'{"status": "success", "result": "identical", "model": "m", '
            b'"dataset1": ["a"], "dataset2": ["b"]}',
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 202
    admin.get_by_role("button", name="Connect others").click()
    expect(admin.get_by_role("heading", name="Add repository")).to_be_focused()


def test_goes_on_while_another_screen_is_looked_at(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    sign_in(admin, deployment, "#/add")
    waiting = held(admin)
    with at_once(deployment, 2):
        connect_workspace(admin, workspace_token)
        held_call(admin, waiting, 1)
        admin.get_by_role("link", name="Repositories").click()
        waiting[0].continue_()
        held_call(admin, waiting, 2)
        with admin.expect_response("**/integrations"):
            waiting[1].continue_()
    expect(admin.get_by_role("heading", name="Repositories")).to_be_visible()
    admin.get_by_role("link", name="Add repository").click()
    wait_until_focused(admin, "4 repositories are connected")
    assert names(admin) == OF_WORKSPACE


def test_results_are_there_again_after_a_look_elsewhere_until_they_are_given_up(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    asked: list[str] = []
    admin.on("request", lambda request: asked.append(request.url))
    sign_in(admin, deployment, "#/add")
    connect_workspace(admin, workspace_token)
    token = admin.locator("[data-part=connected] li .value").first.inner_text()
    admin.get_by_role("link", name="acme/basket").click()
    expect(admin.get_by_role("heading", name="acme/basket")).to_be_visible()
    admin.get_by_role("link", name="Add repository").click()
    expect(admin.get_by_text(token)).to_be_visible()
    kept = admin.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, history.state])")
    for secret in (token, workspace_token):
        assert secret not in kept
        assert not any(secret in url for url in asked)
    admin.get_by_role("button", name="Connect others").click()
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_contain_text("They are not shown again")
    dialog.get_by_role("button", name="Cancel").click()
    expect(admin.get_by_text(token)).to_be_visible()
    admin.get_by_role("button", name="Connect others").click()
    dialog.get_by_role("button", name="Forget them").click()
    expect(admin.get_by_role("heading", name="Add repository")).to_be_focused()
    expect(admin.get_by_label("Access token", exact=True)).to_have_value("")


def test_signing_out_forgets_the_results_and_stops(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    sign_in(admin, deployment, "#/add")
    waiting = held(admin)
    with at_once(deployment, 1):
        connect_workspace(admin, workspace_token)
        held_call(admin, waiting, 1)
        admin.get_by_role("button", name="Sign out").click()
        with admin.expect_response("**/integrations"):
            waiting[0].continue_()
        admin.unroute("**/integrations")
        admin.get_by_label("Admin token").fill(ADMIN_TOKEN)
        admin.get_by_role("button", name="Sign in").click()
        expect(admin.get_by_role("heading", name="Add repository")).to_be_focused()
        admin.wait_for_timeout(200)
    assert connected(deployment) == OF_WORKSPACE[:1]


def test_what_fails_after_signing_out_brings_nothing_back(
    deployment: Deployment, admin: Page
) -> None:
    sign_in(admin, deployment, "#/add")
    waiting = held(admin)
    connect_workspace(admin, "wrong-token")
    call = held_call(admin, waiting, 1)
    admin.get_by_role("button", name="Sign out").click()
    with admin.expect_response("**/integrations"):
        call.continue_()
    admin.get_by_label("Admin token").fill(ADMIN_TOKEN)
    admin.get_by_role("button", name="Sign in").click()
    expect(admin.get_by_role("heading", name="Add repository")).to_be_focused()
    expect(admin.get_by_label("Access token", exact=True)).to_have_value("")


def test_a_tab_with_ci_tokens_that_nobody_copied_asks_before_it_closes(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    asked: list[str] = []
    sign_in(admin, deployment, "#/add")
    connect_workspace(admin, workspace_token)
    expect(admin.get_by_role("heading", level=1)).to_have_text("4 repositories are connected")

    def let_it_go(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    admin.once("dialog", let_it_go)
    admin.reload()
    assert asked == ["beforeunload"]
    connect_workspace(admin, workspace_token)
    expect(admin.get_by_text("It was connected before.")).to_have_count(4)
    admin.reload()
    expect(admin.get_by_role("heading", name="Add repository")).to_be_visible()


def test_a_webhook_to_enter_by_hand_is_with_its_repository(
    deployment: Deployment, admin: Page
) -> None:
    bitbucket = deployment.bitbucket
    sign_in(admin, deployment, "#/add")
    choose(admin, "Several", "Repositories", DATA_CENTER.address(bitbucket))
    connect(admin, DATA_CENTER.create_lesser_token(bitbucket))
    item = admin.locator("[data-part=connected] > li")
    expect(item).to_contain_text("its webhook is to be entered by hand")
    item.get_by_text("Its webhook", exact=True).click()
    expect(item.get_by_role("button", name="Copy webhook secret")).to_be_visible()


@pytest.mark.parametrize(
    ("extent", "field", "text", "error"),
    [
        ("Several", "Repositories", " \n", "Enter the repositories"),
        ("All of a workspace", "Workspace", "a/b/c", "Must be a workspace of Bitbucket Cloud"),
        ("All of a workspace", "Workspace", "nobody", "Listing the repositories: not found"),
        ("Several", "Repositories", "\n".join(f"a/b{n}" for n in range(201)), "at most 200"),
        ("Several", "Repositories", "https://u:SECRET@bitbucket.org/a/b", "Leave the password out"),
        (
            "Several",
            "Repositories",
            "acme/shop\nhttps://git.example.com/projects/DATA/repos/shop",
            "These are in different places",
        ),
    ],
    ids=["nothing", "no workspace", "another workspace", "too many", "a password", "two places"],
)
def test_an_error_stands_at_the_field_that_is_shown(
    deployment: Deployment, admin: Page, extent: str, field: str, text: str, error: str
) -> None:
    sign_in(admin, deployment, "#/add")
    choose(admin, extent, field, text)
    connect(admin, CLOUD.create_token(deployment.bitbucket))
    shown = admin.get_by_role("textbox", name=field, exact=True)
    expect(shown).to_have_accessible_description(containing(error))
    expect(shown).to_be_focused()
    expect(admin.get_by_role("heading", name="Add repository")).to_be_visible()


def test_an_access_token_that_is_refused_for_all_is_said_at_its_field(
    deployment: Deployment, admin: Page
) -> None:
    sign_in(admin, deployment, "#/add")
    connect_workspace(admin, "wrong-token")
    token = admin.get_by_label("Access token", exact=True)
    expect(token).to_have_accessible_description(containing("does not accept"))
    expect(token).to_be_focused()
    fill_in_again = CLOUD.create_token(deployment.bitbucket)
    connect(admin, fill_in_again)
    expect(admin.get_by_role("heading", level=1)).to_have_text("1 repository is connected")


@pytest.mark.parametrize(
    ("text", "echoed"),
    [
        ("acme/a\nacme", "1 repository: acme/a on Bitbucket Cloud. Not understood: acme."),
        ("nothing, at all", "Not understood: nothing, at all."),
        (
            "\n".join(f"acme/r{number}" for number in range(14)),
            "14 repositories: "
            + ", ".join(f"acme/r{number}" for number in range(12))
            + " and 2 more on Bitbucket Cloud.",
        ),
        ("", ""),
    ],
    ids=["one unclear", "all unclear", "many", "nothing"],
)
def test_a_list_is_echoed_as_it_is_understood(
    deployment: Deployment, admin: Page, text: str, echoed: str
) -> None:
    sign_in(admin, deployment, "#/add")
    choose(admin, "Several", "Repositories", text)
    expect(admin.locator("#repositories-understood")).to_have_text(echoed)


GROUPS = [
    "acme",
    " Acme/ ",
    "bitbucket.org/acme",
    "https://bitbucket.org/acme/",
    "acme/jaffle-shop",
    "https://bitbucket.org/acme/jaffle-shop",
    "https://bitbucket.org/acme/workspace/projects/DATA",
    "git@bitbucket.org:acme",
    "https://git.example.com/projects/data",
    "https://git.example.com:443/bitbucket/projects/DATA/",
    "https://git.example.com/users/ada",
    "https://git.example.com/projects/~ada",
    "https://git.example.com/projects/DATA/repos/shop",
    "https://git.example.com/scm/DATA",
    "https://git.example.com",
    "https://u:SECRET@git.example.com/projects/DATA",
    "a b",
    "",
]


def test_the_page_understands_workspaces_and_projects_as_the_api_does(
    deployment: Deployment, admin: Page
) -> None:
    def understood(text: str) -> str:
        try:
            example = parse_group(text, lambda _: False).example
        except InvalidRequestError:
            return ""
        if isinstance(example, CloudAddress):
            return f"All repositories in {example.workspace} on Bitbucket Cloud that the token sees"
        server = example.base_url.removeprefix("https://").partition("/")[0]
        return (
            f"All repositories in {example.project_key} on Bitbucket Data Center at {server}"
            " that the token sees"
        )

    sign_in(admin, deployment, "#/add")
    admin.get_by_role("radio", name="All of a workspace").check()
    field = admin.locator("#all_in")
    echoed = {}
    for text in GROUPS:
        field.fill(text)
        echoed[text] = admin.locator("#all_in-understood").inner_text()
    assert echoed == {text: understood(text) for text in GROUPS}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_the_way(
    deployment: Deployment, admin: Page, viewport: ViewportSize, workspace_token: str
) -> None:
    examine = examined(admin, viewport)
    sign_in(admin, deployment, "#/add")
    choose(admin, "All of a workspace", "Workspace", "acme")
    examine()
    addresses = "acme/orders\nacme/no-such\nacme\nacme/basket"
    choose(admin, "Several", "Repositories", addresses)
    examine()
    waiting = held(admin)
    with at_once(deployment, 3):
        connect(admin, workspace_token)
        held_call(admin, waiting, 1)
        examine()
        waiting[0].continue_()
        held_call(admin, waiting, 2)
        expect(admin.get_by_text("3 of 4 repositories done.")).to_be_visible()
        examine()
        admin.get_by_role("button", name="Stop").click()
        waiting[1].abort()
        expect(admin.get_by_role("alert")).not_to_be_empty()
        examine()
        admin.unroute("**/integrations")
        admin.get_by_role("button", name="Go on").click()
        expect(admin.get_by_role("heading", level=1)).to_have_text(
            "2 of 4 repositories are connected"
        )
    examine()
    admin.get_by_role("button", name="Connect others").click()
    examine()
    admin.keyboard.press("Escape")
    admin.get_by_role("button", name="Change addresses or token").click()
    examine()
    fill_in_lesser(admin, deployment)
    open_everything(admin)
    examine()


def fill_in_lesser(page: Page, deployment: Deployment) -> None:
    page.get_by_label("Repositories", exact=True).fill(DATA_CENTER.address(deployment.bitbucket))
    connect(page, DATA_CENTER.create_lesser_token(deployment.bitbucket))
    expect(page.get_by_text("its webhook is to be entered by hand")).to_be_visible()


def test_a_list_is_connected_with_the_keyboard_alone(
    deployment: Deployment, admin: Page, workspace_token: str
) -> None:
    sign_in(admin, deployment, "#/add")
    wait_until_focused(admin, "Add repository")
    keys = admin.keyboard
    for _ in range(2):
        keys.press("Tab")
    keys.press("ArrowRight")
    expect(admin.get_by_label("Several")).to_be_checked()
    keys.press("Tab")
    keys.type("acme/orders")
    keys.press("Enter")
    keys.type("acme/nothing")
    keys.press("Tab")
    keys.type(workspace_token)
    keys.press("Enter")
    expect(admin.get_by_role("button", name="Try it again")).to_be_visible()
    deployment.bitbucket.create_repository("acme/nothing")
    keys.press("Tab")
    wait_until_focused(admin, "Try it again")
    keys.press("Enter")
    wait_until_focused(admin, "2 repositories are connected")

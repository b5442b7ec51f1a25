import pytest
from playwright.sync_api import Page, Route, expect

from bitbucket_integration.errors import InvalidRequestError
from repository_address import CloudAddress, parse
from tests.browser.configuration_screens import (
    Deployment,
    containing,
    fill_in,
    sign_in,
    wait_until_focused,
)
from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.bench import CLOUD, DATA_CENTER, Bench

pytestmark = pytest.mark.browser

UUID = "{7f1f0dd8-ffb5-4a57-9d5b-5b9cf2a1c001}"


class TestSigningIn:
    def test_a_wrong_token_is_said_at_the_field(self, deployment: Deployment, admin: Page) -> None:
        admin.goto(deployment.page_url)
        admin.get_by_label("Admin token").fill("no-such-token")
        admin.get_by_role("button", name="Sign in").click()
        field = admin.get_by_label("Admin token")
        expect(field).to_have_accessible_description(containing("not the admin token"))
        expect(field).to_be_focused()
        field.press("a")
        expect(field).not_to_have_accessible_description(containing("not the admin token"))

    @pytest.mark.parametrize("typed", ["", "  "])
    def test_nothing_is_no_token(self, deployment: Deployment, admin: Page, typed: str) -> None:
        admin.goto(deployment.page_url)
        admin.get_by_label("Admin token").fill(typed)
        admin.keyboard.press("Tab")
        admin.get_by_role("button", name="Sign in").click()
        expect(admin.get_by_label("Admin token")).to_be_focused()
        expect(admin.get_by_text("Enter the admin token.")).to_be_visible()

    def test_what_no_header_can_carry_is_a_wrong_token(
        self, deployment: Deployment, admin: Page
    ) -> None:
        admin.goto(deployment.page_url)
        admin.get_by_label("Admin token").fill("tökén with blanks")
        admin.get_by_role("button", name="Sign in").click()
        expect(admin.get_by_text("This is not the admin token")).to_be_visible()

    def test_leads_to_where_one_wanted_to_go(self, deployment: Deployment, admin: Page) -> None:
        sign_in(admin, deployment, "#/add")
        expect(admin.get_by_role("heading", name="Add repository")).to_be_focused()

    def test_the_token_is_in_the_tab_and_nowhere_else(
        self, deployment: Deployment, admin: Page
    ) -> None:
        asked: list[str] = []
        admin.on("request", lambda request: asked.append(request.url))
        sign_in(admin, deployment)
        admin.reload()
        expect(admin.get_by_role("heading", name="Repositories")).to_be_visible()
        assert not any(ADMIN_TOKEN in url for url in asked)
        assert admin.evaluate("[localStorage.length, document.cookie]") == [0, ""]
        other = admin.context.new_page()
        other.goto(deployment.page_url)
        expect(other.get_by_label("Admin token")).to_be_visible()
        other.close()

    def test_signing_out_forgets_the_token(self, deployment: Deployment, admin: Page) -> None:
        sign_in(admin, deployment)
        admin.get_by_role("button", name="Sign out").click()
        expect(admin.get_by_label("Admin token")).to_be_focused()
        admin.reload()
        expect(admin.get_by_label("Admin token")).to_be_visible()
        assert admin.evaluate("sessionStorage.length") == 0

    def test_a_token_that_was_replaced_is_asked_for_anew(
        self, deployment: Deployment, admin: Page
    ) -> None:
        sign_in(admin, deployment)
        admin.evaluate("sessionStorage.setItem('admin-token', 'that-of-yesterday')")
        admin.get_by_role("link", name="Add repository").click()
        admin.get_by_role("link", name="Repositories").click()
        expect(admin.get_by_text("The admin token is no longer accepted")).to_be_visible()
        admin.get_by_label("Admin token").fill(ADMIN_TOKEN)
        admin.get_by_role("button", name="Sign in").click()
        expect(admin.get_by_text("No repository is connected yet.")).to_be_visible()

    def test_an_api_out_of_reach_is_said_with_a_cure(
        self, deployment: Deployment, admin: Page
    ) -> None:
        admin.goto(deployment.page_url)
        admin.route("**/integrations*", lambda route: route.abort())
        admin.get_by_label("Admin token").fill(ADMIN_TOKEN)
        admin.get_by_role("button", name="Sign in").click()
        expect(admin.get_by_role("alert")).to_contain_text("Look at your connection and try again")
        admin.unroute("**/integrations*")
        admin.get_by_role("button", name="Sign in").click()
        expect(admin.get_by_role("heading", name="Repositories")).to_be_visible()


class TestAdding:
    def test_a_token_that_lacks_a_permission_is_cured_and_then_works(
        self, deployment: Deployment, admin: Page
    ) -> None:
        bitbucket = deployment.bitbucket
        sign_in(admin, deployment, "#/add")
        fill_in(admin, "acme/jaffle-shop", "wrong-token")
        token = admin.get_by_label("Access token", exact=True)
        expect(token).to_be_focused()
        expect(token).to_have_accessible_description(containing("does not accept"))
        failed = admin.locator(".check.failed")
        expect(failed).to_contain_text("Access token failed")
        expect(failed).to_contain_text("tick Pull requests: Write and Webhooks: Read and write")
        fill_in(admin, "acme/jaffle-shop", CLOUD.create_token(bitbucket))
        expect(admin.get_by_role("heading", name="acme/jaffle-shop is connected")).to_be_focused()
        [integration] = deployment.call("GET", "/integrations").json()["integrations"]
        assert integration["setup"] == "active"

    @pytest.mark.parametrize("bench", [CLOUD, DATA_CENTER], ids=["cloud", "data-center"])
    def test_shows_a_ci_token_with_which_results_can_be_sent(
        self, deployment: Deployment, admin: Page, bench: Bench
    ) -> None:
        admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
        sign_in(admin, deployment, "#/add")
        bitbucket = deployment.bitbucket
        fill_in(admin, bench.address(bitbucket), bench.create_token(bitbucket))
        admin.get_by_role("button", name="Copy CI token").click()
        expect(admin.locator("#announcement")).to_have_text("CI token copied")
        token = admin.evaluate("navigator.clipboard.readText()")
        [integration] = deployment.call("GET", "/integrations").json()["integrations"]
        url = f"{deployment.url}/integrations/{integration['id']}/diffs"
        for snippet in admin.locator(".snippets pre").all():
            assert f'"{url}?' in (snippet.text_content() or "")
        answer = deployment.call(
            "POST",
            f"/integrations/{integration['id']}/diffs?commit={'0' * 40}",
            data=b'{"status": "success", "result": "identical", "model": "m", '
            b'"dataset1": ["a"], "dataset2": ["b"]}',
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 202

    def test_each_bitbucket_has_instructions_of_its_own(
        self, deployment: Deployment, admin: Page
    ) -> None:
        sign_in(admin, deployment, "#/add")
        token = admin.get_by_label("Access token", exact=True)
        expect(token).to_have_accessible_description(containing("Webhooks: Read and write"))
        expect(token).not_to_have_accessible_description(containing("Repository admin"))
        admin.get_by_label("Bitbucket Data Center").check()
        expect(token).to_have_accessible_description(containing("Repository admin"))
        expect(token).not_to_have_accessible_description(containing("Webhooks: Read"))

    def test_an_address_chooses_its_bitbucket(self, deployment: Deployment, admin: Page) -> None:
        sign_in(admin, deployment, "#/add")
        field = admin.get_by_label("Repository", exact=True)
        field.fill("https://git.example.com/projects/data/repos/shop/browse")
        expect(admin.get_by_label("Bitbucket Data Center")).to_be_checked()
        echoed = "DATA/shop on Bitbucket Data Center at git.example.com"
        expect(admin.locator("#repository-understood")).to_have_text(echoed)
        field.fill("acme/shop")
        expect(admin.get_by_label("Bitbucket Cloud")).to_be_checked()

    def test_a_token_that_may_not_manage_webhooks_leads_to_one_by_hand(
        self, deployment: Deployment, admin: Page
    ) -> None:
        sign_in(admin, deployment, "#/add")
        bitbucket = deployment.bitbucket
        fill_in(admin, DATA_CENTER.address(bitbucket), DATA_CENTER.create_lesser_token(bitbucket))
        expect(admin.get_by_role("heading", name="Enter this webhook in Bitbucket")).to_be_visible()
        for what in ("URL", "secret", "events"):
            expect(admin.get_by_role("button", name=f"Copy webhook {what}")).to_be_visible()
        expect(admin.get_by_text("Repository settings → Webhooks → Create webhook")).to_be_visible()
        assert "`" not in admin.locator("main").inner_text()

    def test_adding_again_shows_no_ci_token(self, deployment: Deployment, admin: Page) -> None:
        deployment.connect(CLOUD)
        sign_in(admin, deployment, "#/add")
        fill_in(admin, "acme/jaffle-shop", CLOUD.create_token(deployment.bitbucket))
        expect(admin.get_by_text("It was connected before")).to_be_visible()
        expect(admin.get_by_role("button", name="Copy CI token")).to_have_count(0)

    def test_an_error_stands_at_the_field_that_it_names(
        self, deployment: Deployment, admin: Page
    ) -> None:
        sign_in(admin, deployment, "#/add")
        fill_in(admin, "acme", "x")
        field = admin.get_by_label("Repository", exact=True)
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(containing("Must be workspace/repository"))
        expect(field).to_have_attribute("aria-invalid", "true")

    def test_an_answer_of_the_gateway_s_own_is_explained(
        self, deployment: Deployment, admin: Page
    ) -> None:
        def time_out(route: Route) -> None:
            route.fulfill(status=504, json={"message": "Endpoint request timed out"})

        sign_in(admin, deployment, "#/add")
        admin.route("**/integrations?*", time_out)
        fill_in(admin, "acme/jaffle-shop", "x")
        expect(admin.get_by_role("alert")).to_contain_text("The same again is safe")

    def test_connects_nothing_while_it_could_not_show_the_ci_token(
        self, deployment: Deployment, admin: Page
    ) -> None:
        sign_in(admin, deployment, "#/add")
        admin.route("**/openapi.json", lambda route: route.abort())
        fill_in(admin, "acme/jaffle-shop", CLOUD.create_token(deployment.bitbucket))
        expect(admin.get_by_role("alert")).to_contain_text("The API cannot be reached")
        assert deployment.call("GET", "/integrations").json()["integrations"] == []
        admin.unroute("**/openapi.json")
        admin.get_by_role("button", name="Connect").click()
        expect(admin.get_by_role("button", name="Copy CI token")).to_be_visible()

    def test_says_what_it_is_doing_and_does_it_once(
        self, deployment: Deployment, admin: Page
    ) -> None:
        waiting: list[Route] = []

        def hold(route: Route) -> None:
            waiting.append(route)

        sign_in(admin, deployment, "#/add")
        admin.route("**/integrations?*", hold)
        with admin.expect_request("**/integrations?*"):
            fill_in(admin, "acme/jaffle-shop", CLOUD.create_token(deployment.bitbucket))
        button = admin.get_by_role("button", name="Checking the token")
        expect(button).to_be_focused()
        expect(admin.locator("#announcement")).to_contain_text("Checking the token")
        button.click(force=True)
        admin.wait_for_timeout(200)
        assert len(waiting) == 1
        waiting[0].continue_()
        wait_until_focused(admin, "acme/jaffle-shop is connected")


ADDRESSES = [
    "acme/jaffle-shop",
    "  acme/jaffle-shop ",
    "acme/jaffle-shop/",
    "Acme/Jaffle-Shop.git",
    "bitbucket.org/acme/jaffle-shop/src/main/",
    "https://bitbucket.org/acme/jaffle-shop",
    "HTTPS://BITBUCKET.ORG/acme/jaffle-shop",
    "https://somebody@bitbucket.org/acme/jaffle-shop.git",
    "https://bitbucket.org:443/acme/jaffle-shop/pull-requests/42/diff?w=1#x",
    "https://bitbucket.org/%61cme/jaffle%2Dshop",
    "git@bitbucket.org:acme/jaffle-shop.git",
    "ssh://git@altssh.bitbucket.org:443/acme/jaffle-shop.git",
    f"{UUID}/jaffle-shop",
    "acme",
    "acme/",
    "acme/jaffle-shop/src",
    "acme/jaffle shop",
    "acme/..",
    "acme/a%2fb",
    "acme/jäffle",
    "https://",
    "https://bitbucket.org/acme",
    "https://github.com/acme/jaffle-shop",
    "https://u:SECRET@bitbucket.org/acme/jaffle-shop.git",
    "https://u:SECRET@git.example.com/scm/data/shop.git",
    "git@git.example.com:data/shop.git",
    "ssh://git@git.example.com:7999/data/shop.git",
    "https://git.example.com/projects/DATA/repos/shop",
    "https://git.example.com/projects/data/repos/shop/pull-requests/7/overview",
    "https://git.example.com/bitbucket/projects/DATA/repos/shop/browse?at=main",
    "https://git.example.com:8443/users/ada/repos/scratch",
    "https://git.example.com/projects/~ada/repos/scratch",
    "https://ada@git.example.com/scm/data/shop.git",
    "https://ada@git.example.com/projects/DATA/repos/shop",
    "https://git.example.com/scm/~ada/scratch.git",
    "https://git.example.com/projects/DATA",
    "https://git.example.com/projects/DATA/repos/..",
    "https://git.example.com/projects/9DATA/repos/shop",
]


def test_the_page_understands_addresses_as_the_api_does(
    deployment: Deployment, admin: Page
) -> None:
    def understood(text: str) -> str:
        try:
            address = parse(text)
        except InvalidRequestError:
            return ""
        if isinstance(address, CloudAddress):
            return f"{address.workspace}/{address.repository} on Bitbucket Cloud"
        server = address.base_url.removeprefix("https://").partition("/")[0]
        return f"{address.project_key}/{address.slug} on Bitbucket Data Center at {server}"

    sign_in(admin, deployment, "#/add")
    field = admin.get_by_label("Repository", exact=True)
    echoed = {}
    for text in ADDRESSES:
        field.fill(text)
        echoed[text] = admin.locator("#repository-understood").inner_text()
    assert echoed == {text: understood(text) for text in ADDRESSES}


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("https://u:SECRET@bitbucket.org/acme/shop.git", "Leave the password out"),
        ("git@git.example.com:data/shop.git", "Give the address that the browser shows"),
    ],
)
def test_a_mistake_that_is_plain_to_see_is_said_while_typing(
    deployment: Deployment, admin: Page, text: str, cure: str
) -> None:
    sign_in(admin, deployment, "#/add")
    field = admin.get_by_label("Repository", exact=True)
    field.fill(text)
    expect(field).to_have_accessible_description(containing(cure))
    field.fill("acme/shop")
    expect(field).not_to_have_accessible_description(containing(cure))

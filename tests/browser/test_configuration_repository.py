"""What an admin does with a repository that is connected, on the configuration page."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from bitbucket_integration.report_settings import ReportSettings
from tests.browser.configuration_screens import Deployment, containing, fill_in, sign_in
from tests.functional.bench import CLOUD, DATA_CENTER, Bench

pytestmark = pytest.mark.browser


@dataclass
class Shown:
    """A connected repository, and the page that shows it."""

    deployment: Deployment
    page: Page
    id: str

    @property
    def path(self) -> str:
        return f"/integrations/{self.id}"

    def view(self) -> dict[str, Any]:
        """What the API says of it."""
        view: dict[str, Any] = self.deployment.call("GET", self.path).json()
        return view

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def confirm(self, name: str) -> None:
        """Press what does it in the dialog that asks."""
        self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def open_group(self, title: str) -> None:
        self.page.locator("summary", has_text=title).click()

    def save(self) -> None:
        self.press("Save settings")
        expect(self.page.get_by_text("Saved. The next report goes by it.")).to_be_visible()


def shown(deployment: Deployment, page: Page, bench: Bench = CLOUD) -> Shown:
    connected = Shown(deployment, page, deployment.connect(bench))
    sign_in(page, deployment, f"#/repositories/{connected.id}")
    page.get_by_role("button", name="Save settings").wait_for()
    return connected


class TestTheList:
    def test_shows_how_each_repository_is(self, deployment: Deployment, admin: Page) -> None:
        deployment.connect(CLOUD)
        paused = deployment.connect(DATA_CENTER)
        deployment.call("POST", f"/integrations/{paused}/pause")
        sign_in(admin, deployment)
        rows = admin.locator(".repositories li")
        on_cloud = rows.filter(has_text="acme/jaffle-shop")
        expect(on_cloud).to_contain_text("Working")
        expect(on_cloud).to_contain_text("Last event: none yet")
        expect(rows.filter(has_text="DATA/jaffle-shop")).to_contain_text("Paused")

    def test_is_narrowed_down_while_typing(self, deployment: Deployment, admin: Page) -> None:
        deployment.connect(CLOUD)
        deployment.connect(DATA_CENTER)
        sign_in(admin, deployment)
        rows = admin.locator(".repositories li")
        expect(rows).to_have_count(2)
        admin.get_by_label("Name").fill("ACME")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("acme/jaffle-shop")
        admin.get_by_label("State").select_option("Needs attention")
        expect(admin.get_by_text("No repository fits this filter.")).to_be_visible()
        admin.get_by_role("button", name="Show all").click()
        expect(rows).to_have_count(2)
        admin.get_by_label("Bitbucket").select_option("Data Center")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("DATA/jaffle-shop")

    def test_is_continued_page_by_page(self, deployment: Deployment, admin: Page) -> None:
        connected = [deployment.connect(CLOUD), deployment.connect(DATA_CENTER)]

        def in_small_pages(route: Route) -> None:
            route.continue_(url=route.request.url.replace("limit=50", "limit=1"))

        admin.route("**/integrations?limit=50*", in_small_pages)
        sign_in(admin, deployment)
        rows = admin.locator(".repositories li")
        expect(rows).to_have_count(1)
        admin.get_by_role("button", name="Show more").click()
        expect(rows).to_have_count(2)
        expect(rows.nth(1).get_by_role("link")).to_be_focused()
        expect(admin.get_by_role("button", name="Show more")).to_be_hidden()
        links = [row.get_attribute("href") for row in admin.locator(".repositories a").all()]
        assert links == [f"#/repositories/{one}" for one in sorted(connected)]

    def test_an_answer_that_comes_late_does_not_replace_a_newer_one(
        self, deployment: Deployment, admin: Page
    ) -> None:
        deployment.connect(CLOUD)
        sign_in(admin, deployment)
        expect(admin.locator(".repositories li")).to_have_count(1)
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        admin.route("**/integrations?*repository=none*", hold)
        with admin.expect_request("**/integrations?*repository=none*"):
            admin.get_by_label("Name").fill("none")
        admin.get_by_label("Name").fill("acme")
        expect(admin.locator("#announcement")).to_have_text("1 repository")
        with admin.expect_response("**/integrations?*repository=none*"):
            held[0].continue_()
        expect(admin.locator(".repositories li")).to_have_count(1)


class TestOneRepository:
    def test_one_that_is_gone_is_said(self, deployment: Deployment, admin: Page) -> None:
        sign_in(admin, deployment, "#/repositories/nosuchintegration")
        expect(admin.get_by_role("alert").first).to_contain_text("is not connected")
        admin.get_by_role("link", name="See those that are").click()
        expect(admin.get_by_role("heading", name="Repositories")).to_be_focused()

    def test_one_that_cannot_be_read_is_tried_again(
        self, deployment: Deployment, admin: Page
    ) -> None:
        connected = deployment.connect(CLOUD)
        admin.route(f"**/integrations/{connected}", lambda route: route.abort())
        sign_in(admin, deployment, f"#/repositories/{connected}")
        expect(admin.get_by_text("The API cannot be reached")).to_be_visible()
        admin.unroute(f"**/integrations/{connected}")
        admin.get_by_role("button", name="Try again").click()
        expect(admin.get_by_role("heading", name="acme/jaffle-shop")).to_be_visible()

    def test_a_part_that_cannot_be_read_is_tried_again(
        self, deployment: Deployment, admin: Page
    ) -> None:
        connected = deployment.connect(CLOUD)
        admin.route("**/activity", lambda route: route.abort())
        sign_in(admin, deployment, f"#/repositories/{connected}")
        expect(admin.get_by_role("button", name="Save settings")).to_be_visible()
        expect(admin.get_by_role("alert").last).to_contain_text("The API cannot be reached")
        admin.unroute("**/activity")
        admin.get_by_role("button", name="Try again").click()
        expect(admin.get_by_text("Nothing in the last two weeks.")).to_be_visible()

    def test_one_that_stopped_half_way_says_how_it_goes_on(
        self, deployment: Deployment, admin: Page
    ) -> None:
        sign_in(admin, deployment, "#/add")
        deployment.account.calls.fail("CreateSecret", times=9)
        fill_in(admin, "acme/jaffle-shop", CLOUD.create_token(deployment.bitbucket))
        expect(admin.get_by_role("alert")).to_contain_text("make the same call again")
        deployment.account.calls.recover()
        admin.get_by_role("link", name="Repositories").click()
        expect(admin.locator(".repositories li")).to_contain_text("Not finished")
        admin.get_by_role("link", name="acme/jaffle-shop").click()
        admin.get_by_role("link", name="Add it again").click()
        fill_in(admin, "acme/jaffle-shop", CLOUD.create_token(deployment.bitbucket))
        expect(admin.get_by_role("button", name="Copy CI token")).to_be_visible()

    def test_is_paused_and_resumed(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        repository.press("Pause")
        expect(admin.locator(".states")).to_have_text("‖ Paused")
        expect(admin.get_by_role("button", name="Resume")).to_be_focused()
        assert repository.view()["paused"] is True
        repository.press("Resume")
        expect(admin.locator(".states")).to_have_text("✓ Working")
        assert repository.view()["paused"] is False

    def test_is_checked_and_repaired(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        state = deployment.bitbucket.state
        with state.lock:
            hooks = state.named(CLOUD.repository).hooks
            for uuid, hook in hooks.items():
                hooks[uuid] = replace(hook, active=False)
        repository.press("Check now")
        expect(admin.locator(".lead")).to_contain_text("One thing was repaired.")
        expect(admin.locator(".check", has_text="Webhook switched on")).to_contain_text("repaired")

    def test_what_a_check_finds_is_the_health_that_is_shown(
        self, deployment: Deployment, admin: Page
    ) -> None:
        repository = shown(deployment, admin)
        deployment.bitbucket.state.tokens.clear()
        repository.press("Check now")
        expect(admin.locator(".lead")).to_contain_text("One check failed.")
        expect(admin.locator(".states")).to_have_text("✕ Needs attention")
        expect(admin.locator(".check.failed .cure")).to_contain_text("Access tokens")

    def test_recent_activity_is_told(self, deployment: Deployment, admin: Page) -> None:
        connected = deployment.connect(CLOUD)
        opened = deployment.bitbucket.open_pull_request("acme/jaffle-shop", title="Fix amounts")
        deployment.bitbucket.wait_until_delivered()
        deployment.account.drain()
        sign_in(admin, deployment, f"#/repositories/{connected}")
        entry = admin.locator(".activity li")
        expect(entry).to_contain_text(f"Pull request {opened.id}")
        expect(entry).to_contain_text("Nothing to report yet")
        expect(entry).to_contain_text("pullrequest:created")

    def test_without_activity_it_is_said_what_makes_some(
        self, deployment: Deployment, admin: Page
    ) -> None:
        shown(deployment, admin)
        expect(admin.get_by_text("Nothing in the last two weeks.")).to_be_visible()


class TestSettings:
    def test_every_setting_is_there_with_meaning_and_default(
        self, deployment: Deployment, admin: Page
    ) -> None:
        shown(deployment, admin)
        for name, field in ReportSettings.model_fields.items():
            node = admin.locator(f"#setting-{name}")
            expect(node).to_have_count(1)
            expect(node).to_have_accessible_description(containing(field.description or "?"))
            expect(node).to_have_accessible_description(containing("Default: "))
        expect(admin.locator(".setting")).to_have_count(len(ReportSettings.model_fields))
        expect(admin.locator(".setting .mark:not([hidden])")).to_have_count(0)

    def test_settings_of_every_kind_are_changed(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        for group in (
            "What makes a report",
            "What is left out",
            "Values of rows",
            "What is posted",
        ):
            repository.open_group(group)
        admin.get_by_label("Failed diff", exact=True).select_option("Warn")
        admin.get_by_label("Sample rows", exact=True).check()
        admin.get_by_label("Wait minutes", exact=True).fill("30")
        admin.get_by_label("Skip marker", exact=True).fill("[no diff]")
        admin.get_by_label("Ignore columns", exact=True).fill("_loaded_at\n\n stg_*/etl_* \n")
        repository.press("Add limits")
        box = admin.get_by_role("group", name="Limits 1")
        box.get_by_label("Models").fill("fct_*")
        box.get_by_role("group", name="Rows removed").get_by_label("Fail").fill("0.5")
        expect(admin.get_by_text("6 changes are not saved.")).to_be_visible()
        repository.save()
        stored = repository.view()["settings"]
        wanted = ReportSettings.model_validate(
            {
                "failed_diff": "warn",
                "sample_rows": True,
                "wait_minutes": 30,
                "skip_marker": "[no diff]",
                "ignore_columns": ["_loaded_at", "stg_*/etl_*"],
                "thresholds": [{"models": "fct_*", "rows_removed": {"fail": 0.5}}],
            }
        )
        assert ReportSettings.model_validate(stored) == wanted
        admin.reload()
        admin.get_by_role("button", name="Save settings").wait_for()
        repository.open_group("What makes a report")
        box = admin.get_by_role("group", name="Limits 1")
        limit = box.get_by_role("group", name="Rows removed").get_by_label("Fail")
        expect(limit).to_have_value("0.5")
        expect(admin.get_by_text("not saved")).to_have_count(0)

    def test_a_setting_goes_back_to_its_default(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        repository.open_group("What is posted")
        minutes = admin.get_by_label("Wait minutes", exact=True)
        minutes.fill("30")
        repository.save()
        expect(admin.locator("summary", has_text="What is posted")).to_contain_text("1 changed")
        repository.press("Reset Wait minutes to its default")
        expect(minutes).to_have_value("120")
        expect(minutes).to_be_focused()
        with admin.expect_request(lambda request: request.method == "PATCH") as sent:
            repository.save()
        assert sent.value.post_data_json == {"settings": {"wait_minutes": None}}
        assert repository.view()["settings"]["wait_minutes"] == 120

    def test_a_refusal_stands_at_the_setting_that_it_names(
        self, deployment: Deployment, admin: Page
    ) -> None:
        repository = shown(deployment, admin)
        repository.open_group("What is posted")
        admin.get_by_label("Wait minutes", exact=True).fill("-1")
        repository.open_group("What is posted")
        repository.press("Save settings")
        minutes = admin.get_by_label("Wait minutes", exact=True)
        expect(minutes).to_be_focused()
        expect(minutes).to_have_accessible_description(containing("greater than or equal to 0"))
        assert repository.view()["settings"]["wait_minutes"] == 120

    def test_changes_are_discarded(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        repository.open_group("What is posted")
        admin.get_by_label("Comment", exact=True).uncheck()
        repository.press("Discard changes")
        expect(admin.get_by_label("Comment", exact=True)).to_be_checked()
        expect(admin.get_by_role("button", name="Discard changes")).to_be_hidden()

    def test_what_somebody_else_changed_is_said_and_not_overwritten(
        self, deployment: Deployment, admin: Page
    ) -> None:
        repository = shown(deployment, admin)
        repository.open_group("What is posted")
        admin.get_by_label("Wait minutes", exact=True).fill("30")
        others = {"settings": {"comment": False, "wait_minutes": 60}}
        deployment.call("PATCH", repository.path, json=others)
        repository.press("Save settings")
        expect(admin.get_by_text("Somebody else has changed this repository")).to_be_visible()
        expect(admin.get_by_label("Comment", exact=True)).not_to_be_checked()
        expect(admin.get_by_label("Wait minutes", exact=True)).to_have_value("30")
        assert repository.view()["settings"]["wait_minutes"] == 60
        repository.save()
        settings = repository.view()["settings"]
        assert (settings["comment"], settings["wait_minutes"]) == (False, 30)


class TestSecrets:
    def test_a_new_ci_token_is_shown_once_and_works(
        self, deployment: Deployment, admin: Page
    ) -> None:
        repository = shown(deployment, admin)
        repository.press("New CI token")
        repository.confirm("Make a new one")
        token = admin.locator(".once .value").inner_text()
        expect(admin.get_by_text("The former one is not accepted any more.")).to_be_visible()
        answer = deployment.call(
            "POST",
            f"{repository.path}/diffs?commit={'0' * 40}",
            data=json.dumps(
                {
                    "status": "success",
                    "result": "identical",
                    "model": "m",
                    "dataset1": ["a"],
                    "dataset2": ["b"],
                }
            ),
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 202
        admin.reload()
        admin.get_by_role("button", name="Save settings").wait_for()
        expect(admin.get_by_text(token)).to_have_count(0)

    def test_the_former_ci_token_may_work_on(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        repository.press("New CI token")
        admin.get_by_label("The CI token of now works on").select_option("for a day")
        repository.confirm("Make a new one")
        expect(admin.get_by_text("The former one is accepted until")).to_be_visible()
        assert repository.view()["ci_token_grace_until"] is not None

    @pytest.mark.parametrize("bench", [CLOUD, DATA_CENTER], ids=["cloud", "data-center"])
    def test_the_webhook_gets_a_new_secret(
        self, deployment: Deployment, admin: Page, bench: Bench
    ) -> None:
        repository = shown(deployment, admin, bench)
        repository.press("New webhook secret")
        repository.confirm("Make a new one")
        expect(admin.get_by_text("The webhook in Bitbucket has its new secret.")).to_be_visible()
        opened = deployment.bitbucket.open_pull_request(bench.repository, title="Fix amounts")
        deployment.bitbucket.wait_until_delivered()
        admin.reload()
        assert deployment.account.drain() > 0
        assert deployment.bitbucket.build_statuses(bench.repository, opened.head)

    def test_a_webhook_by_hand_shows_its_new_secret(
        self, deployment: Deployment, admin: Page
    ) -> None:
        lesser = {
            "repository": DATA_CENTER.address(deployment.bitbucket),
            "access_token": DATA_CENTER.create_lesser_token(deployment.bitbucket),
        }
        answer = deployment.call("POST", "/integrations", json=lesser).json()
        repository = Shown(deployment, admin, answer["integration"]["id"])
        sign_in(admin, deployment, f"#/repositories/{repository.id}")
        repository.press("New webhook secret")
        repository.confirm("Make a new one")
        expect(admin.get_by_role("heading", name="Enter this webhook")).to_be_visible()
        secret = admin.get_by_role("button", name="Copy webhook secret").locator("xpath=../code")
        expect(secret).not_to_have_text(answer["manual_webhook"]["secret"])

    def test_links_to_reports_are_revoked(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        repository.press("Revoke links")
        repository.confirm("Revoke them")
        expect(admin.get_by_text("The links of before lead nowhere now.")).to_be_visible()

    def test_nothing_is_done_when_it_is_cancelled(
        self, deployment: Deployment, admin: Page
    ) -> None:
        repository = shown(deployment, admin)
        before = repository.view()
        for button in ("New CI token", "New webhook secret", "Revoke links", "Remove repository"):
            repository.press(button)
            admin.keyboard.press("Escape")
            expect(admin.get_by_role("button", name=button)).to_be_focused()
            repository.press(button)
            repository.confirm("Cancel")
        assert repository.view() == before

    def test_an_access_token_is_replaced_only_by_one_that_can_do_the_work(
        self, deployment: Deployment, admin: Page
    ) -> None:
        repository = shown(deployment, admin)
        before = deployment.account.access_tokens()
        field = admin.get_by_label("New access token")
        field.fill("no-such-token")
        repository.press("Replace")
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(containing("does not accept"))
        assert deployment.account.access_tokens() == before
        field.fill(CLOUD.create_token(deployment.bitbucket))
        admin.get_by_label("Day on which it expires (optional)").fill("2031-03-31")
        repository.press("Replace")
        expect(admin.get_by_text("The new access token is in use.")).to_be_visible()
        assert deployment.account.access_tokens() != before
        assert repository.view()["access_token_expires"] == "2031-03-31"
        expect(admin.locator(".facts").first).to_contain_text("expires on 31 Mar 2031")
        expect(field).to_have_value("")

    def test_who_shares_the_access_token_is_told(self, deployment: Deployment, admin: Page) -> None:
        bitbucket = deployment.bitbucket
        bitbucket.create_repository("acme/orders")
        tokens = [
            bitbucket.create_access_token(CLOUD.repository, kind="workspace_access_token")
            for _ in range(2)
        ]
        body = {"access_token": tokens[0], "repositories": [CLOUD.repository, "acme/orders"]}
        [one, _] = deployment.call("POST", "/integrations", json=body).json()["results"]
        sign_in(admin, deployment, f"#/repositories/{one['integration']['id']}")
        admin.get_by_label("New access token").fill(tokens[1])
        admin.get_by_role("button", name="Replace", exact=True).click()
        expect(admin.get_by_text("those that share it: acme/orders.")).to_be_visible()

    def test_the_day_of_the_token_in_use_is_noted(
        self, deployment: Deployment, admin: Page
    ) -> None:
        repository = shown(deployment, admin)
        admin.get_by_label("Day on which it expires, the one in use").fill("2020-01-31")
        repository.press("Note the day")
        expect(admin.get_by_text("Noted.")).to_be_visible()
        expect(admin.locator(".facts").first).to_contain_text("expired on 31 Jan 2020")
        expect(admin.locator(".notice").first).to_contain_text("expired on 31 Jan 2020")


class TestRemoving:
    def test_needs_the_name_typed(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        repository.press("Remove repository")
        dialog = admin.get_by_role("dialog", name="Remove acme/jaffle-shop?")
        dialog.get_by_label("Type acme/jaffle-shop").fill("acme/other")
        dialog.get_by_role("button", name="Remove it").click()
        typed = dialog.get_by_label("Type acme/jaffle-shop")
        expect(typed).to_be_focused()
        expect(typed).to_have_accessible_description("This is not acme/jaffle-shop.")
        assert repository.view()["id"] == repository.id
        typed.fill("acme/jaffle-shop")
        dialog.get_by_role("button", name="Remove it").click()
        expect(admin.get_by_role("heading", name="acme/jaffle-shop is removed")).to_be_focused()
        assert deployment.call("GET", "/integrations").json()["integrations"] == []
        admin.get_by_role("link", name="Go to the repositories").click()
        expect(admin.get_by_text("No repository is connected yet.")).to_be_visible()

    def test_is_refused_when_somebody_else_has_changed_it(
        self, deployment: Deployment, admin: Page
    ) -> None:
        repository = shown(deployment, admin)
        deployment.call("POST", f"{repository.path}/pause")
        repository.press("Remove repository")
        dialog = admin.get_by_role("dialog")
        dialog.get_by_label("Type acme/jaffle-shop").fill("acme/jaffle-shop")
        dialog.get_by_role("button", name="Remove it").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Somebody else has changed")
        assert repository.view()["paused"] is True

    def test_goes_on_until_all_that_is_stored_is_gone(
        self, deployment: Deployment, admin: Page
    ) -> None:
        def first_a_part(route: Route) -> None:
            if route.request.method != "DELETE":
                route.fallback()
                return
            part = {"deleted": False, "webhook_removed": True, "detail": "There are more results."}
            route.fulfill(json=part)
            admin.unroute(f"**{repository.path}")

        repository = shown(deployment, admin)
        admin.route(f"**{repository.path}", first_a_part)
        repository.press("Remove repository")
        dialog = admin.get_by_role("dialog")
        dialog.get_by_label("Type acme/jaffle-shop").fill("acme/jaffle-shop")
        dialog.get_by_role("button", name="Remove it").click()
        expect(admin.get_by_role("heading", name="acme/jaffle-shop is removed")).to_be_visible()
        assert deployment.call("GET", "/integrations").json()["integrations"] == []

    def test_what_is_left_to_do_by_hand_is_said(self, deployment: Deployment, admin: Page) -> None:
        repository = shown(deployment, admin)
        deployment.bitbucket.state.tokens.clear()
        repository.press("Remove repository")
        dialog = admin.get_by_role("dialog")
        dialog.get_by_label("Type acme/jaffle-shop").fill("acme/jaffle-shop")
        dialog.get_by_role("button", name="Remove it").click()
        expect(admin.locator(".notice")).to_contain_text("in Bitbucket by hand")

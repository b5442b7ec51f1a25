import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from bitbucket_integration.integration import Integration
from bitbucket_integration.judged_report import JudgedModel
from bitbucket_integration.model_diff import (
    Column,
    Dependent,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from bitbucket_integration.published_report import Changes
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.report_link import ReportId
from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.reports import ReportStore
from tests.functional.aws_resources import SIGNING_KEY
from tests.functional.gateway import gateway
from tests.functional.lambda_environment import account
from tests.unit.large_report import large_diffs
from tests.unit.model_diffs import different, hostile_pieces
from tests.unit.published_reports import (
    BROKEN,
    EVERY_KIND,
    NOT_DIFFED,
    OTHER_COMMIT,
    PASSED,
    WARNED,
    judged,
    published,
)
from tests.unit.stored import integration

pytestmark = pytest.mark.browser

LATER = "2026-11-20T11:00:00.000000+00:00"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
RICH = replace(
    BROKEN,
    diff=replace(
        BROKEN.diff,
        columns_added=(Column("region", "VARCHAR(16)"),),
        columns_removed=(Column("legacy_flag", "BOOLEAN"),),
        types_changed=(TypeChange("status", "INTEGER", "VARCHAR(16)"),),
        downstream=(Dependent("finance_dashboard", "exposure"),),
        samples=(
            SampleRow(
                RowChange.CHANGED,
                (SampleCell("order_id", "17", "17"), SampleCell("amount", "12.50", None)),
            ),
        ),
    ),
)


@dataclass
class Reports:
    """Keeps reports of pull request 7, and says where they are shown."""

    url: str
    store: ReportStore
    pull_requests: PullRequestStore
    integrations: IntegrationStore
    connected: Integration

    def put(self, models: Sequence[JudgedModel], **fields: Any) -> str:
        self.store.put(published(models, **fields))
        return self.url

    def allow_sample_rows(self) -> None:
        settings = ReportSettings(sample_rows=True).to_store()
        assert self.integrations.change(self.connected, replace(self.connected, settings=settings))

    def move_on(self) -> None:
        self.pull_requests.put("abc", PullRequestRecord(7, head=OTHER_COMMIT))


@pytest.fixture(scope="module")
def api() -> Iterator[Callable[[], Reports]]:
    """The real function behind a gateway, and a fresh pull request for each call."""
    with account("http://127.0.0.1:9", "") as aws, gateway(aws.serve) as url:
        dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")
        connected = integration("abc")
        integrations = IntegrationStore(dynamodb, "table")
        pull_requests = PullRequestStore(dynamodb, "table", 90, lambda: 1_800_000_000.0)
        store = ReportStore(dynamodb, s3, "table", "submissions", 90, pull_requests._now)

        def fresh() -> Reports:
            integrations.delete(connected)
            integrations.create(connected)
            address = f"{url}/reports/{ReportId.of(SIGNING_KEY, connected, 7)}"
            return Reports(address, store, pull_requests, integrations, connected)

        yield fresh
        assert aws.crashes == []


@pytest.fixture
def reports(api: Callable[[], Reports]) -> Reports:
    return api()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that has nothing to complain about: no error, no violation of its policy."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert said == []


def names(page: Page) -> list[str]:
    """The models that are to be seen."""
    return [
        one.inner_text() for one in page.locator("details.model .name").all() if one.is_visible()
    ]


class TestAccessibility:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
    def test_nothing_is_found_by_axe(
        self, browser: Browser, reports: Reports, scheme: Any, viewport: Any
    ) -> None:
        changes = Changes(OTHER_COMMIT, ("model.shop.stg_orders",), ("model.shop.orders",))
        reports.put([PASSED], commit=OTHER_COMMIT)
        url = reports.put(
            [RICH, NOT_DIFFED, WARNED, PASSED, *judged(large_diffs(12, 6))],
            created_at=LATER,
            changes=changes,
            ignored=("tmp_orders",),
        )
        reports.move_on()
        page = browser.new_page(viewport=viewport, color_scheme=scheme)
        page.goto(url)
        page.get_by_role("button", name="Expand all").click()
        page.locator("details.ignored > summary").click()
        for state in (url, f"{url}x"):
            if page.url != state:
                page.goto(state)
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        page.close()

    def test_all_of_it_can_be_reached_with_the_keyboard(self, reports: Reports, page: Page) -> None:
        page.goto(reports.put(EVERY_KIND))
        reached = []
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate(
                    "(e => [e.tagName, e.id, e.closest('summary')?.innerText ?? '',"
                    " getComputedStyle(e).outlineStyle])(document.activeElement)"
                )
            )
            if reached[-1][0] == "BODY":
                break
        inside = reached[:-1]
        assert {one[3] for one in inside} <= {"solid", "auto"}
        assert {"q", "level", "expand", "collapse"} <= {one[1] for one in inside}
        summaries = [one[2] for one in inside if one[0] == "SUMMARY"]
        assert len(summaries) == len(EVERY_KIND)

    def test_a_model_is_opened_with_the_keyboard(self, reports: Reports, page: Page) -> None:
        page.goto(reports.put([PASSED]))
        page.locator("details.model > summary").focus()
        page.keyboard.press("Enter")
        assert page.locator("details.model[open]").count() == 1


class TestSearching:
    def test_narrows_the_models_down_while_typing(self, reports: Reports, page: Page) -> None:
        page.goto(reports.put(EVERY_KIND))
        page.get_by_label("Search").press_sequentially("Orders")
        page.get_by_text("2 of 4 models").wait_for()
        assert names(page) == ["model.shop.orders", "model.shop.stg_orders"]
        page.get_by_label("Verdict").select_option("passed")
        assert names(page) == ["model.shop.stg_orders"]
        assert page.url.endswith("?q=Orders&level=passed")
        page.get_by_label("Search").fill("")
        page.get_by_text("1 of 4 models").wait_for()
        page.get_by_label("Verdict").select_option("")
        assert len(names(page)) == 4
        assert page.get_by_text("4 models", exact=True).is_visible()

    def test_finds_columns_of_models_that_are_closed(self, reports: Reports, page: Page) -> None:
        page.goto(reports.put(EVERY_KIND))
        page.get_by_role("button", name="Collapse all").click()
        page.get_by_label("Search").fill("amount")
        page.get_by_text("1 of 4 models").wait_for()
        assert names(page) == ["model.shop.orders"]

    def test_is_kept_when_the_page_is_loaded_again(self, reports: Reports, page: Page) -> None:
        page.goto(reports.put(EVERY_KIND))
        page.get_by_label("Search").fill("payments")
        page.get_by_text("1 of 4 models").wait_for()
        page.reload()
        assert names(page) == ["model.shop.payments"]
        page.get_by_role("link", name="Show all").click()
        assert len(names(page)) == 4

    def test_works_without_the_script(self, browser: Browser, reports: Reports) -> None:
        url = reports.put(EVERY_KIND)
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(url)
        assert len(names(page)) == 4
        assert page.get_by_role("button", name="Expand all").count() == 0
        page.get_by_label("Search").fill("orders")
        page.get_by_label("Verdict").select_option("failed")
        page.get_by_role("button", name="Show").click()
        assert names(page) == ["model.shop.orders"]
        page.locator("details.model > summary").click()
        context.close()

    def test_leads_to_the_model_of_a_finding_and_opens_it(
        self, reports: Reports, page: Page
    ) -> None:
        page.goto(reports.put(EVERY_KIND))
        page.get_by_role("button", name="Collapse all").click()
        page.locator(".findings").get_by_role("link", name="model.shop.customers").click()
        assert page.locator("details.model[open] .name").inner_text() == "model.shop.customers"


class TestTheHistory:
    def test_is_walked_through_and_never_stale_silently(self, reports: Reports, page: Page) -> None:
        reports.put([PASSED], commit=OTHER_COMMIT)
        page.goto(reports.put([BROKEN], created_at=LATER))
        assert page.locator(".notice").count() == 0
        page.get_by_role("link", name=OTHER_COMMIT[:12]).click()
        assert names(page) == ["model.shop.stg_orders"]
        assert page.get_by_text("This is an earlier report.").is_visible()
        page.get_by_role("link", name="See the current one").click()
        assert names(page) == ["model.shop.orders"]
        reports.move_on()
        page.reload()
        assert page.get_by_text("The pull request has moved on.").is_visible()


class TestOnPaper:
    def test_every_model_is_there_in_full(self, reports: Reports, page: Page) -> None:
        page.goto(reports.put(EVERY_KIND))
        page.get_by_role("button", name="Collapse all").click()
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.get_by_role("table", name="Rows").first.is_visible()
        assert page.locator("details.model[open]").count() == 4
        assert not page.get_by_label("Search").is_visible()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details.model[open]").count() == 0

    def test_it_fits_the_paper(self, reports: Reports, page: Page) -> None:
        page.goto(reports.put(judged(large_diffs(8, 4))))
        closed = page.pdf(format="A4")
        pages = len(re.findall(rb"/Type\s*/Page\b", closed))
        # Models in full need pages; models cut off at their first line would not.
        assert pages > 3


def test_nothing_from_outside_is_obeyed(reports: Reports, page: Page) -> None:
    hostile = [
        f"{at}{piece}<b onclick=x>&amp;</details>" for at, piece in enumerate(hostile_pieces)
    ]
    models = [
        JudgedModel(different(name, RowCounts(1, 1, 1, 1, 1, 0), path=name)) for name in hostile
    ]
    page.goto(reports.put(models, pull_request_title="".join(hostile), repository=hostile[0]))
    shown = page.locator("details.model .name").all_text_contents()
    assert len(shown) == len(hostile)
    for name, seen in zip(hostile, shown, strict=True):
        # What steers a terminal or the direction of text is shown as a replacement.
        assert seen.replace("\ufffd", "") == "".join(
            one for one in name if one.isprintable() or one in "\n\t\u2028\u00a0"
        )
    assert page.locator("b, img, script:not(body > script)").count() == 0


def test_the_page_loads_nothing_and_sends_nobody_its_address(reports: Reports, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    url = reports.put(EVERY_KIND)
    page.goto(url)
    assert [one for one in asked if not one.startswith("data:")] == [url]
    assert page.evaluate("document.querySelector('meta[name=referrer]').content") == "no-referrer"


def test_no_row_of_data_is_shown_unless_the_settings_ask_for_it(
    reports: Reports, page: Page
) -> None:
    page.goto(reports.put([RICH]))
    assert page.get_by_role("table", name="Sample rows").count() == 0
    reports.allow_sample_rows()
    page.goto(reports.url)
    assert page.get_by_role("table", name="Sample rows").is_visible()


def test_a_large_report_opens_nearly_as_fast_as_a_trivial_page(
    reports: Reports, page: Page
) -> None:
    def milliseconds(url: str) -> float:
        taken: list[float] = []
        for _ in range(4):
            page.goto(url)
            timing = (
                "(t => t.domContentLoadedEventEnd - t.responseStart)"
                "(performance.getEntriesByType('navigation')[0])"
            )
            taken.append(page.evaluate(timing))
        return min(taken)

    small = milliseconds(reports.put([PASSED]))
    large = milliseconds(reports.put(judged(large_diffs()), created_at=LATER))
    print(f"DOMContentLoaded: 1 model {small:.0f} ms, 1,000 models of 50 columns {large:.0f} ms")  # noqa: T201
    assert page.locator("details.model").count() == 1_000
    assert large < 60 * max(small, 25)

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page

from bitbucket_integration.model_diff import ColumnValues, ModelDiff, Outcome, RowCounts
from bitbucket_integration.report_settings import ReportSettings
from comment.report_comment import ReportComment, render
from judging.judge import judge
from local.bitbucket import BitbucketEmulator, page_addresses

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def bitbucket() -> Iterator[BitbucketEmulator]:
    with BitbucketEmulator() as emulator:
        yield emulator


@pytest.fixture(params=["Cloud", "Data Center"])
def repository(request: pytest.FixtureRequest, bitbucket: BitbucketEmulator) -> str:
    if request.param == "Cloud":
        return bitbucket.create_repository("acme/jaffle-shop").full_name
    return bitbucket.create_data_center_repository("ACME", "jaffle-shop")


def page_of(bitbucket: BitbucketEmulator, repository: str, number: int) -> str:
    """Where people see a pull request."""
    found = bitbucket.repository(repository)
    return bitbucket.url + page_addresses.pull_request(found, number)


def report(commit: str, *models: str) -> str:
    counts = RowCounts(base=1856, head=1860, added=9, removed=5, changed=40, unchanged=1811)
    columns = (ColumnValues("amount", different=40, compared=1851),)
    diffs = [
        ModelDiff(model, Outcome.DIFFERENT, rows=counts, column_values=columns) for model in models
    ]
    return render(ReportComment(judge(diffs, ReportSettings()), commit, commit, "dd-abc"))


def test_a_report_is_shown_as_tables_and_nothing_overflows(
    bitbucket: BitbucketEmulator, repository: str, page: Page
) -> None:
    pull_request = bitbucket.open_pull_request(repository, title="Change the orders")
    text = report(pull_request.head, "model.shop.orders", "model.shop." + "long_name_" * 12)
    bitbucket.add_comment(repository, pull_request.id, text)
    page.goto(page_of(bitbucket, repository, pull_request.id))
    assert page.get_by_role("cell", name="1,856 → 1,860").count() == 2
    for width in (1280, 480):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_html_in_a_models_name_is_shown_and_not_obeyed(
    bitbucket: BitbucketEmulator, repository: str, page: Page
) -> None:
    alarms: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        alarms.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    pull_request = bitbucket.open_pull_request(repository, title=HOSTILE)
    bitbucket.add_comment(repository, pull_request.id, report(pull_request.head, HOSTILE))
    page.goto(page_of(bitbucket, repository, pull_request.id))
    assert page.locator("img").count() == 0
    assert page.get_by_role("heading", name=HOSTILE).count() >= 1
    assert alarms == []


def test_a_person_can_merge_with_the_pages_button(
    bitbucket: BitbucketEmulator, repository: str, page: Page
) -> None:
    pull_request = bitbucket.open_pull_request(repository, title="Change the orders")
    page.goto(page_of(bitbucket, repository, pull_request.id))
    page.get_by_role("button", name="Merge").click()
    page.get_by_text("Merged", exact=True).wait_for()
    assert bitbucket.pull_request(repository, pull_request.id).state.value == "MERGED"


def test_a_page_tells_which_bitbucket_it_stands_for(
    bitbucket: BitbucketEmulator,
    repository: str,
    page: Page,
    request: pytest.FixtureRequest,
) -> None:
    pull_request = bitbucket.open_pull_request(repository, title="Change the orders")
    page.goto(page_of(bitbucket, repository, pull_request.id))
    provider = request.node.callspec.params["repository"]
    assert page.get_by_role("banner").inner_text().startswith(f"Bitbucket {provider}")

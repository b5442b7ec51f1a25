import re
import time
import unicodedata
from urllib.parse import urlsplit

import pytest
from hypothesis import given

from bitbucket_integration.judged_report import JudgedModel, Level
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    KeyCounts,
    ModelDiff,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from bitbucket_integration.published_report import Changes, PublishedReport, ReportSummary
from bitbucket_integration.web_page import WebPage
from full_report.model_facts import sample_cells, sample_columns
from full_report.report_page import MOST_FINDINGS, message_page, report_page
from full_report.selection import MOST_MODELS, Selection
from full_report.shown_report import ShownReport
from tests.unit.large_report import large_diffs
from tests.unit.model_diffs import different, identical
from tests.unit.parsed_html import Element, parsed
from tests.unit.published_reports import (
    BROKEN,
    COMMIT,
    CREATED_AT,
    EVERY_KIND,
    NOT_DIFFED,
    OTHER_COMMIT,
    PASSED,
    REPOSITORY_URL,
    WARNED,
    finding,
    judged,
    published,
    published_reports,
)

OURS = set(
    re.findall(
        r"\w+",
        """a body button caption code dd del details div dl dt figcaption figure footer form h1 h2
        h3 head header html i input ins label li line link main meta nav ol option output p pre rect
        script section select span strong style summary svg table tbody td th thead time title tr
        ul""",
    )
)


def page(report: PublishedReport, selection: Selection | None = None, **shown: object) -> Element:
    """The page as a parser sees it."""
    values = {"history": (), "head": ""} | shown
    document = report_page(ShownReport(report, **values), selection or Selection())  # type: ignore[arg-type]
    return parsed(document.html)


def of(*models: JudgedModel, **fields: object) -> Element:
    return page(published(models, **fields))


def only(elements: list[Element]) -> Element:
    [element] = elements
    return element


def visible(text: str | None) -> str:
    """How text from outside is shown."""
    return "".join(
        "\ufffd" if unicodedata.category(one) in {"Cc", "Cf", "Cs"} and one not in "\n\t" else one
        for one in text or ""
    )


def rows(table: Element) -> list[list[str]]:
    """The cells of a table's body."""
    [body] = table.all("tbody")
    found = [[cell.text for cell in row.children] for row in body.all("tr")]
    # The line's end belongs to the last cell, since rows and cells are not closed.
    return [[*cells[:-1], cells[-1].removesuffix("\n\n").removesuffix("\n")] for cells in found]


def table(within: Element, caption: str) -> Element:
    found = [one for one in within.all("table") if one.texts("caption") == [caption]]
    return only(found)


class TestWhateverIsReported:
    @given(published_reports)
    def test_nothing_from_outside_is_markup(self, report: PublishedReport) -> None:
        shown = page(report)
        for element in shown.all():
            assert element.tag in OURS
            assert not {name for name in element.attributes if name.startswith("on")}
            assert not {"style", "src", "srcset", "formaction"} & set(element.attributes)
        assert len(shown.all("script")) == len(shown.all("style")) == len(shown.all("form")) == 1

    @given(published_reports)
    def test_links_lead_to_bitbucket_or_stay_here(self, report: PublishedReport) -> None:
        stored = {report.repository_url, report.pull_request_url}
        for link in page(report).all("a"):
            target = link.attributes["href"]
            if target.startswith(("#", "?")):
                continue
            address = target.removesuffix(f"/commits/{COMMIT}")
            assert visible(address) in {visible(one) for one in stored}
            assert urlsplit(target).scheme in {"http", "https"}

    @given(published_reports)
    def test_every_name_figure_and_value_is_in_its_place(self, report: PublishedReport) -> None:
        shown = page(report)
        models = shown.all("details", "model")
        assert len(models) == len(report.report.models)
        for element, one in zip(models, report.report.models, strict=True):
            assert_is_about(element, one)
        told = [item.texts("span", "text") for item in only_list(shown, "findings")]
        assert told == [
            [visible(one.text)] for model in report.report.models for one in model.findings
        ]


def only_list(shown: Element, name: str) -> list[Element]:
    return [item for one in shown.all("ul", name) for item in one.all("li")]


def assert_is_about(element: Element, one: JudgedModel) -> None:
    diff = one.diff
    assert element.texts("span", "name") == [visible(diff.model)]
    assert element.attributes["data-level"] == one.level
    assert element.texts("pre") == ([] if diff.error is None else [visible(diff.error)])
    facts = dict(
        zip(
            (term.text for term in element.all("dt")),
            (fact.texts("code") for fact in element.all("dd")),
            strict=True,
        )
    )
    wanted = {
        "File": [diff.path],
        "Base table": [diff.base_table],
        "Head table": [diff.head_table],
        "Primary key": list(diff.primary_key),
        "Downstream": [dependent.name for dependent in diff.downstream],
    }
    assert facts == {
        term: [visible(name) for name in names]
        for term, names in wanted.items()
        if any(names) or (term in {"Primary key", "Downstream"} and names)
    }
    assert_columns(element, diff)
    assert_samples(element, diff)


def assert_columns(element: Element, diff: ModelDiff) -> None:
    differing = [visible(column.name) for column in diff.differing_columns]
    tables = element.all("table", "columns")
    assert [row[0] for one in tables for row in rows(one)] == differing
    others = [name for one in element.all("p", "equal") for name in one.texts("code")]
    equal = [visible(column.name) for column in diff.column_values if not column.differs]
    assert sorted(others) == sorted(equal)


def assert_samples(element: Element, diff: ModelDiff) -> None:
    tables = element.all("table", "samples")
    assert len(tables) == bool(diff.samples)
    for one in tables:
        columns = sample_columns(diff.samples)
        heads = one.all("thead")[0].texts("th")
        assert heads == ["Row", *map(visible, columns)]
        for cells, row in zip(rows(one), diff.samples, strict=True):
            assert len(cells) == 1 + len(columns)
            assert cells[0] == row.change
            for cell, values in zip(cells[1:], sample_cells(row, columns), strict=True):
                assert cell.rstrip("\n") == sample(*values).rstrip("\n")


def sample(changed: bool, base: str | None, head: str | None) -> str:  # noqa: FBT001
    """What a sample row's cell says."""
    before, after = ("null" if one is None else visible(one) for one in (base, head))
    return f"{before} {after}" if changed else after


class TestTheVerdict:
    def test_is_said_first(self) -> None:
        shown = of(*EVERY_KIND)
        assert shown.texts("title") == ["Failed: data diff of pull request 7"]
        assert shown.texts("h1") == ["Change the orders"]
        verdict = " ".join(only(shown.all("p", "verdict")).text.split())
        assert verdict == (
            "✗ Data diff failed 2 failed, 1 warned, 1 passed of 4 models; 2 with differences."
        )

    def test_of_no_models_is_that_there_were_none(self) -> None:
        verdict = " ".join(only(of().all("p", "verdict")).text.split())
        assert verdict == "? Data diff incomplete No model was diffed."

    def test_names_commit_time_and_tools(self) -> None:
        about = " ".join(only(of(PASSED).all("p", "about")).text.split())
        assert about == (
            "About commit 046d9a3c1532, reported 20 Nov 2026, 10:00 UTC, from data-diff."
            " Base is production, head is the pull request."
        )

    def test_tells_an_odd_time_as_it_came(self) -> None:
        assert of(PASSED, created_at="once").texts("time") == ["once"]

    def test_has_a_pull_request_without_a_title(self) -> None:
        assert of(PASSED, pull_request_title="").texts("h1") == ["Pull request 7"]

    @pytest.mark.parametrize(
        "address", ["javascript:alert(1)", "//evil.example", "", "http://[", "data:x"]
    )
    def test_links_to_no_address_that_a_browser_does_not_just_go_to(self, address: str) -> None:
        shown = of(PASSED, repository_url=address, pull_request_url=address)
        assert {link.attributes["href"][0] for link in shown.all("a")} <= {"#", "?"}

    def test_links_to_bitbucket(self) -> None:
        links = [link.attributes["href"] for link in of(PASSED).all("header")[0].all("a")]
        assert links[:3] == [
            REPOSITORY_URL,
            f"{REPOSITORY_URL}/pull-requests/7",
            f"{REPOSITORY_URL}/commits/{COMMIT}",
        ]


class TestFindings:
    def test_lead_to_their_models(self) -> None:
        items = only_list(of(*EVERY_KIND), "findings")
        links = [only(item.all("a")) for item in items]
        assert [(link.text, link.attributes["href"]) for link in links] == [
            ("model.shop.orders", "#m1"),
            ("model.shop.payments", "#m2"),
            ("model.shop.customers", "#m3"),
        ]

    def test_beyond_what_a_person_reads_are_counted(self) -> None:
        many = [
            JudgedModel(identical(f"m{at:03}"), (finding(Level.WARNED, "x"),) * 2)
            for at in range(MOST_FINDINGS)
        ]
        shown = of(*many)
        assert len(only_list(shown, "findings")) == MOST_FINDINGS
        assert f"{MOST_FINDINGS} more findings" in shown.text

    def test_are_no_heading_without_any(self) -> None:
        assert "Findings" not in of(PASSED).texts("h2")


class TestChanges:
    def test_are_told_by_kind(self) -> None:
        shown = of(PASSED, changes=Changes(OTHER_COMMIT, ("a", "b"), ("c",), (), ("d",), ("e",)))
        told = only(shown.all("dl", "changes"))
        assert told.texts("dt") == [
            "Broken (1)",
            "Better (1)",
            "Fixed (2)",
            "Not in these results (1)",
        ]
        assert told.texts("dd") == ["c", "d", "a, b", "e"]

    def test_may_be_none(self) -> None:
        assert "No model has another verdict." in of(PASSED, changes=Changes(OTHER_COMMIT)).text
        missing = of(PASSED, changes=Changes(OTHER_COMMIT, missing=("e",)))
        assert "No model has another verdict." not in missing.text


class TestTheOverview:
    def test_sums_up_what_was_reported(self) -> None:
        silent = JudgedModel(different("silent"))
        partly = JudgedModel(different("partly", RowCounts(added=1)))
        totals = only(of(BROKEN, WARNED, silent, partly).all("dl", "totals"))
        assert totals.texts("dd") == [
            *("30", "not reported by 1 model"),
            *("5", "not reported by 2 models"),
            *("40", "not reported by 2 models"),
        ]

    def test_says_in_words_what_its_bars_show(self) -> None:
        shown = of(*EVERY_KIND)
        [columns, rows_] = shown.all("ol", "plot")
        assert [" ".join(item.text.split()) for item in rows_.all("li")] == [
            "model.shop.customers 20 added (20.00%)",
            "model.shop.orders 5 removed (0.27%), 9 added (0.48%), 40 changed (2.16%)",
        ]
        assert [" ".join(item.text.split()) for item in columns.all("li")][:2] == [
            "equal 1 column",
            "99.9% up to 100% 0 columns",
        ]
        assert {svg.attributes["aria-hidden"] for svg in shown.all("svg")} == {"true"}

    def test_draws_removed_rows_to_the_left_and_added_ones_to_the_right(self) -> None:
        shown = of(JudgedModel(different("a", RowCounts(100, 110, 20, 10, 0, 90))))
        removed = shown.all("rect", "removed")[0].attributes
        added = shown.all("rect", "added")[0].attributes
        assert (float(removed["x"][:-1]), float(removed["width"][:-1])) == (15.5, 15.5)
        assert (added["x"], added["width"]) == ("31%", "31.0%")
        assert shown.all("rect", "changed") == []

    def test_is_left_out_where_nothing_differs(self) -> None:
        assert "Overview" not in of(PASSED).texts("h2")


class TestAModel:
    def test_is_told_in_one_line(self) -> None:
        schema = JudgedModel(different("schema", columns_added=(Column("a"),)))
        shown = of(*EVERY_KIND, JudgedModel(different("silent")), schema)
        assert shown.texts("span", "brief") == [
            "9 added · 5 removed · 40 changed · 1 column differs",
            "could not be diffed",
            "20 added",
            "no differences",
            "differs",
            "schema changed",
        ]

    def test_has_exact_counts_and_shares(self) -> None:
        shown = of(BROKEN)
        assert rows(table(shown, "Rows")) == [
            ["In base (production)", "1,856", ""],
            ["In head (pull request)", "1,860", ""],
            ["Added, only in head", "9", "0.48% of base"],
            ["Removed, only in base", "5", "0.27% of base"],
            ["Changed, in both", "40", "2.16% of rows in both"],
            ["Unchanged", "1,811", "97.84% of rows in both"],
        ]
        assert rows(table(shown, "Keys")) == [
            ["Null in the key", "0", "3"],
            ["Duplicate of a key", "0", "12"],
        ]

    def test_says_what_was_not_reported(self) -> None:
        shown = of(JudgedModel(different("a", RowCounts(base=5), keys=KeyCounts(head_nulls=1))))
        assert [row[1] for row in rows(table(shown, "Rows"))] == ["5"] + ["not reported"] * 5
        assert rows(table(shown, "Keys"))[0][1:] == ["not reported", "1"]
        assert "Row counts were not reported." in of(PASSED).text
        assert "Row counts were not reported." not in of(NOT_DIFFED).text

    def test_has_its_columns_the_worst_first_with_bars_that_never_round_up(self) -> None:
        columns = (
            ColumnValues("equal", 0, 10**6),
            ColumnValues("hardly", 1, 10**6),
            ColumnValues("half", 500_000, 10**6),
            ColumnValues("percent", None, None, 12.5),
            ColumnValues("counted", 3),
            ColumnValues("silent"),
        )
        shown = of(JudgedModel(different("a", column_values=columns)))
        listed = table(shown, "Columns with differences")
        assert rows(listed) == [
            ["half", "500,000", "1,000,000", "50.00%"],
            ["counted", "3", "not reported", "not reported"],
            ["hardly", "1", "1,000,000", ">99.99%"],
            ["percent", "not reported", "not reported", "12.50%"],
        ]
        bars = [row.children[3].attributes.get("class") for row in listed.all("tr")[1:]]
        assert bars == ["b50", None, "b99", "b12"]
        assert shown.texts("p", "equal") == [
            "1 column without differences: equal",
            "Not reported for 1 column: silent",
        ]

    def test_lists_changes_of_the_schema(self) -> None:
        diff = different(
            "a",
            columns_added=(Column("new", "TEXT"), Column("untyped")),
            columns_removed=(Column("old", "INT"),),
            types_changed=(TypeChange("b", "INT", None),),
            columns_reordered=1,
        )
        shown = of(JudgedModel(diff))
        items = [one.text for one in shown.all("details", "model")[0].all("ul")[0].all("li")]
        assert items == [
            "Column new added, TEXT",
            "Column untyped added",
            "Column old removed, INT",
            "Column b changed its type from INT to a type that was not reported",
            "1 column at another position",
        ]

    def test_names_what_is_built_on_it(self) -> None:
        diff = identical("a", downstream=(Dependent("board", "exposure"), Dependent("mart")))
        assert "board (exposure), mart" in of(JudgedModel(diff)).texts("dd")

    def test_shows_sample_rows_only_where_there_are_some(self) -> None:
        assert of(*EVERY_KIND).all("table", "samples") == []
        samples = (
            SampleRow(RowChange.CHANGED, (SampleCell("id", "1", "1"), SampleCell("a", None, "x"))),
            SampleRow(RowChange.ADDED, (SampleCell("id", head="2"),)),
            SampleRow(RowChange.REMOVED, (SampleCell("id", base="3"), SampleCell("a", base=None))),
        )
        shown = of(JudgedModel(different("a", samples=samples)))
        listed = table(shown, "Sample rows")
        assert rows(listed) == [
            ["changed", "1", "null x"],
            ["added", "2", ""],
            ["removed", "3", "null"],
        ]
        assert (listed.texts("del"), listed.texts("ins")) == (["null"], ["x"])

    def test_is_open_from_the_start_only_where_it_is_among_the_worst(self) -> None:
        loud = [JudgedModel(identical(f"m{at}"), (finding(Level.FAILED, "x"),)) for at in range(8)]
        opened = ["open" in one.attributes for one in of(*loud, PASSED).all("details", "model")]
        assert opened == [True] * 5 + [False] * 4
        assert "open" not in only(of(PASSED).all("details", "model")).attributes


class TestASelection:
    def test_shows_what_fits_and_keeps_the_verdict_of_all(self) -> None:
        shown = page(published(EVERY_KIND), Selection("orders", Level.FAILED))
        assert shown.texts("span", "name") == ["model.shop.orders"]
        assert shown.texts("output") == ["1 of 4 models"]
        assert "2 failed, 1 warned" in only(shown.all("p", "verdict")).text
        search = next(one for one in shown.all("input") if one.attributes["name"] == "q")
        assert search.attributes["value"] == "orders"
        selected = [one for one in shown.all("option") if "selected" in one.attributes]
        assert [one.attributes["value"] for one in selected] == ["failed"]

    def test_leaves_searching_to_the_server_unless_all_models_are_there(self) -> None:
        def is_whole(report: PublishedReport, selection: Selection) -> bool:
            return "data-whole" in page(report, selection).all("form")[0].attributes

        many = published([PASSED] * (MOST_MODELS + 1))
        assert is_whole(published(EVERY_KIND), Selection())
        assert not is_whole(published(EVERY_KIND), Selection("orders"))
        assert not is_whole(many, Selection())

    def test_keeps_the_report_that_is_looked_at(self) -> None:
        shown = page(published(EVERY_KIND), Selection("orders", report=CREATED_AT))
        kept = [one for one in shown.all("input") if one.attributes["type"] == "hidden"]
        assert [(one.attributes["name"], one.attributes["value"]) for one in kept] == [
            ("report", CREATED_AT)
        ]

    def test_is_text_whatever_the_address_says(self) -> None:
        hostile = '"><script>alert(1)</script>'
        shown = page(published(EVERY_KIND), Selection(hostile, report=hostile))
        values = [one.attributes.get("value") for one in shown.all("input")]
        assert values == [hostile, hostile]
        assert len(shown.all("script")) == 1

    def test_leads_to_models_that_it_leaves_out(self) -> None:
        shown = page(published(EVERY_KIND), Selection("payments"))
        links = [one.all("a")[0].attributes["href"] for one in only_list(shown, "findings")]
        assert links == ["?#m1", "#m2", "?#m3"]

    @pytest.mark.parametrize(
        ("asked", "names", "links"),
        [
            (0, MOST_MODELS, ["?page=2"]),
            (1, MOST_MODELS, ["?page=2"]),
            (2, 1, ["?"]),
            (99, 1, ["?"]),
        ],
    )
    def test_of_too_many_models_has_pages(self, asked: int, names: int, links: list[str]) -> None:
        models = [
            JudgedModel(identical(f"m{at}"), (finding(Level.FAILED, "x"),) * (at == MOST_MODELS))
            for at in range(MOST_MODELS + 1)
        ]
        shown = page(published(models), Selection(page=asked))
        assert len(shown.all("span", "name")) == names
        paging = only(shown.all("nav", "paging"))
        assert [link.attributes["href"] for link in paging.all("a")] == links
        [found] = only_list(shown, "findings")
        number = f"#m{MOST_MODELS + 1}"
        assert found.all("a")[0].attributes["href"] == (
            number if names == 1 else f"?page=2{number}"
        )


class TestTheHistory:
    def test_marks_the_report_that_is_shown(self) -> None:
        lines = (
            ReportSummary(7, COMMIT, CREATED_AT, Level.FAILED, 4, 2, 2),
            ReportSummary(7, OTHER_COMMIT, "2026-11-19T10:00:00+00:00", Level.PASSED, 1, 0, 0),
        )
        shown = page(published(EVERY_KIND), history=lines)
        links = only(shown.all("nav", "history")).all("a")
        assert [link.attributes.get("aria-current") for link in links] == ["page", None]
        assert links[1].attributes["href"] == "?report=2026-11-19T10%3A00%3A00%2B00%3A00"

    def test_of_one_report_is_not_told(self) -> None:
        line = ReportSummary(7, COMMIT, CREATED_AT, Level.FAILED, 4, 2, 2)
        assert page(published(EVERY_KIND), history=(line,)).all("nav", "history") == []


def test_what_steers_the_direction_of_text_is_shown_and_not_obeyed() -> None:
    shown = of(JudgedModel(identical("a\u202eb\x1bc\ud800d")))
    assert shown.texts("span", "name") == ["a\ufffdb\ufffdc\ufffdd"]


def test_models_that_the_settings_leave_out_are_named() -> None:
    shown = only(of(PASSED, ignored=("tmp_a", "tmp_b")).all("details", "ignored"))
    assert shown.texts("summary") == ["2 models left out by this repository's settings"]
    assert shown.texts("code") == ["tmp_a", "tmp_b"]


def test_a_message_is_escaped_as_well() -> None:
    shown = parsed(message_page("<b>", ["<i> & co"]).html)
    assert (shown.texts("h1"), shown.texts("p")) == (["<b>"], ["<i> & co"])
    assert {one.tag for one in shown.all()} <= OURS


@pytest.mark.usefixtures("measured")
def test_the_time_to_render_grows_with_the_report_and_not_faster() -> None:
    def seconds(models: int) -> float:
        shown = ShownReport(published(judged(large_diffs(models))), ())
        began = time.process_time()
        document: WebPage = report_page(shown, Selection())
        assert document.html
        return time.process_time() - began

    seconds(10)
    small = min(seconds(100) for _ in range(3))
    assert seconds(1_000) < 30 * small

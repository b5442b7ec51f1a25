# ruff: noqa: RUF001 - minus signs and dashes are what the comment shows
import re
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level, Rule
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from bitbucket_integration.published_report import Changes
from bitbucket_integration.report_settings import (
    Ceiling,
    Effect,
    Floor,
    ReportSettings,
    Threshold,
)
from comment.report_comment import MAX_CHARACTERS, ReportComment, length, render
from comment.report_footer import footer, has_footer
from judging.judge import judge
from tests.unit.comment_examples import (
    ACCOUNTS,
    BEFORE,
    COMMIT,
    CUSTOMERS,
    EXAMPLES,
    GOLDEN,
    HOSTILE,
    MARKER,
    NEWER,
    ORDERS,
    PAYMENTS,
    REPORT_URL,
    comment,
)
from tests.unit.large_report import LARGE_SETTINGS, large_diffs
from tests.unit.model_diffs import (
    different,
    failed,
    hostile_texts,
    identical,
    merged_diffs,
    model_diffs,
    names,
    swapped,
)
from tests.unit.rendered_markdown import RENDERER, elements, headings, tables, tokens

HARMLESS = {
    "paragraph_open",
    "paragraph_close",
    "inline",
    "text",
    "code_inline",
    "strong_open",
    "strong_close",
    "em_open",
    "em_close",
    "heading_open",
    "heading_close",
    "bullet_list_open",
    "bullet_list_close",
    "list_item_open",
    "list_item_close",
    *(
        f"{part}_{side}"
        for part in ("table", "thead", "tbody", "tr", "th", "td")
        for side in ("open", "close")
    ),
}
WIDE = different(
    "model.shop.wide",
    RowCounts(9_000, 9_000, 0, 0, 9_000, 0),
    primary_key=("id",),
    column_values=tuple(ColumnValues(f"column_{n:03}", 9_000 - n) for n in range(30)),
    columns_added=tuple(Column(f"new_{n:02}", "VARCHAR") for n in range(30)),
)
STRICT = ReportSettings(
    thresholds=(
        Threshold(
            rows_added=Ceiling(fail=0),
            rows_removed=Ceiling(fail=0),
            rows_changed=Ceiling(fail=0),
            match=Floor(fail=100),
        ),
    )
)
LENIENT = ReportSettings(
    primary_key_problem=Effect.IGNORE,
    failed_diff=Effect.IGNORE,
    removed_column=Effect.IGNORE,
    retyped_column=Effect.IGNORE,
)
some_settings = st.sampled_from([ReportSettings(), STRICT, LENIENT])
some_changes = st.none() | st.builds(
    Changes,
    st.sampled_from([BEFORE, "<b>|`"]),
    *[st.lists(names, max_size=4).map(tuple)] * 4,
)


SYMBOLS = {Level.FAILED: "✗", Level.INCOMPLETE: "?", Level.WARNED: "⚠", Level.PASSED: "✓"}


def first_line(markdown: str) -> str:
    return markdown.split("\n", 1)[0]


def blocks(markdown: str) -> list[str]:
    return markdown.split("\n\n")


def bullets(markdown: str) -> list[str]:
    lines = markdown.replace("\xa0", " ").splitlines()
    return [line for line in lines if line.startswith("- ")]


def overview(*diffs: ModelDiff) -> list[list[str]]:
    """The rows of the table of models."""
    _, *rows = tables(render(comment(*diffs)))[0]
    return [[cell.replace("\xa0", " ") for cell in row] for row in rows]


def section_table(*diffs: ModelDiff) -> list[list[str]]:
    return [
        [cell.replace("\xa0", "") for cell in row] for row in tables(render(comment(*diffs)))[1]
    ]


def copies(diff: ModelDiff, number: int) -> list[ModelDiff]:
    return [replace(diff, model=f"{diff.model}{n:05}") for n in range(number)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_comment_is_word_for_word_the_one_agreed_upon(name: str) -> None:
    golden = (GOLDEN / f"{name}.md").read_text(encoding="utf-8")
    assert render(EXAMPLES[name]) + "\n" == golden


def test_every_golden_comment_is_compared() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(EXAMPLES)


class TestVerdict:
    @pytest.mark.parametrize(
        ("diffs", "line"),
        [
            (
                [PAYMENTS, ORDERS, CUSTOMERS, identical("a")],
                "**Data diff failed** — 1 of 4 models failed, 1 warned, 1 differs, 1 unchanged",
            ),
            ([ORDERS], "**Data diff passed with warnings** — 1 model warned"),
            ([CUSTOMERS], "**Data diff passed** — 1 model differs"),
            ([identical("a")], "**Data diff passed** — no differences in 1 model"),
            ([], "**Data diff incomplete** — no models were diffed"),
        ],
    )
    def test_comes_first(self, diffs: list[ModelDiff], line: str) -> None:
        assert first_line(render(comment(*diffs))) == line

    def test_is_followed_by_how_much_differs(self) -> None:
        assert blocks(render(comment(ORDERS, identical("a"))))[1] == (
            "12 rows added, 3 removed, 3,870 changed; schema changed in 1 model."
        )

    def test_counts_what_the_settings_ignore(self) -> None:
        settings = ReportSettings(ignore_models=("tmp",))
        markdown = render(comment(ORDERS, identical("tmp"), settings=settings))
        assert "1 model ignored by the settings." in blocks(markdown)[1]


class TestStaleness:
    def test_is_in_the_first_line_and_right_below(self) -> None:
        verdict, _, notice = blocks(render(comment(CUSTOMERS, head=NEWER)))[:3]
        assert verdict == ("**Outdated data diff (commit 3f1c2d4e5a6b): passed** — 1 model differs")
        assert notice == (
            "> **These results are not about the current commit.** They are about "
            "`3f1c2d4e5a6b`; the pull request is now at `a9b8c7d6e5f4`, "
            "whose results have not arrived yet."
        )

    def test_is_not_mentioned_for_the_current_commit(self) -> None:
        current = render(comment(ORDERS))
        assert "utdated" not in current
        assert "current commit" not in current

    def test_survives_every_shortening(self) -> None:
        long = render(comment(*copies(WIDE, 2_000), head=NEWER))
        assert first_line(long).startswith("**Outdated data diff (commit 3f1c2d4e5a6b): ")
        assert "> **These results are not about the current commit.**" in long

    @pytest.mark.parametrize("commit", ["3f1c2d4e5a6", COMMIT.upper(), f"{COMMIT}\n", ""])
    def test_is_decided_on_hashes_in_lower_case(self, commit: str) -> None:
        with pytest.raises(ValueError, match="named by its hash"):
            ReportComment(JudgedReport(()), commit, COMMIT, MARKER)
        with pytest.raises(ValueError, match="named by its hash"):
            ReportComment(JudgedReport(()), COMMIT, commit, MARKER)


class TestFindings:
    def test_are_a_line_each_the_worst_model_first(self) -> None:
        assert bullets(render(comment(CUSTOMERS, ORDERS, failed("a", "boom | bust"))))[:3] == [
            r"- ✗ `a`: could not be diffed: boom \| bust",
            r"- ⚠ `orders`: column legacy\_flag removed",
            "- ⚠ `orders`: column status retyped from INTEGER to VARCHAR(16)",
        ]

    def test_of_one_model_are_counted_after_the_third(self) -> None:
        columns = tuple(Column(name) for name in "abcde")
        markdown = render(comment(different("m", columns_removed=columns)))
        assert bullets(markdown)[2:4] == ["- ⚠ `m`: column c removed", "- `m`: 2 more findings"]

    def test_of_many_models_are_counted_at_the_end(self) -> None:
        listed = bullets(render(comment(*copies(failed("m", "x"), 17))))
        assert len(listed) == 16
        assert listed[-1] == "- … and 2 findings about other models"

    def test_that_are_long_lose_their_middle(self) -> None:
        finding = Finding(Level.FAILED, Rule.FAILED_DIFF, "x" * 1_000)
        report = JudgedReport((JudgedModel(failed("m", "x"), (finding,)),))
        [line] = bullets(render(ReportComment(report, COMMIT, COMMIT, MARKER)))
        assert len(line) == len("- ✗ `m`: ") + 400

    def test_are_not_there_where_all_is_passed(self) -> None:
        assert not bullets(render(comment(CUSTOMERS)))


class TestChanges:
    def test_are_told_with_some_names(self) -> None:
        markdown = render(EXAMPLES["changes_since"])
        assert blocks(markdown)[2] == (
            "Since `b1946ac92492`: 1 model fixed (`countries`), 1 not in these results "
            "(`gone`), 1 broken (`payments`), 1 worse (`events`), 1 better (`orders`)."
        )

    def test_name_three_models_of_a_kind(self) -> None:
        changes = Changes(BEFORE, broken=tuple("abcd"))
        markdown = render(comment(CUSTOMERS, changes=changes))
        assert "Since `b1946ac92492`: 4 models broken (`a`, `b`, `c`, …)." in markdown

    def test_that_are_none_are_said_to_be_none(self) -> None:
        markdown = render(comment(CUSTOMERS, changes=Changes(BEFORE)))
        assert "Since `b1946ac92492`: the same verdicts." in markdown

    def test_are_not_told_of_a_first_report(self) -> None:
        assert "Since" not in render(comment(CUSTOMERS))


class TestModels:
    def test_have_a_row_each_that_says_what_differs(self) -> None:
        assert tables(render(comment(ORDERS, PAYMENTS)))[0][0] == [
            "Model",
            "Rows base → head",
            "Added",
            "Removed",
            "Changed",
            "Columns",
            "Keys",
        ]
        assert overview(ORDERS, PAYMENTS, identical("x")) == [
            [
                "✗ payments",
                "48 k → 48 k",
                "+12 (<0.1%)",
                "0",
                "0",
                "",
                "12 duplicate, 3 null",
            ],
            [
                "⚠ orders",
                "184 k → 184 k",
                "+12 (<0.1%)",
                "−3 (<0.1%)",
                "3,870 (2.1%)",
                "2 differ, 1 added, 1 removed, 1 retyped",
                "",
            ],
        ]

    def test_need_no_column_for_what_none_of_them_has(self) -> None:
        assert tables(render(comment(CUSTOMERS)))[0][0][-1] == "Changed"
        assert tables(render(comment(ORDERS)))[0][0][-1] == "Columns"

    @pytest.mark.parametrize(
        ("keys", "told"),
        [
            (KeyCounts(head_nulls=0, head_duplicates=0), "ok"),
            (KeyCounts(head_nulls=0), "ok"),
            (KeyCounts(head_duplicates=1), "1 duplicate"),
            (KeyCounts(head_nulls=2), "2 null"),
        ],
    )
    def test_have_keys_that_are_right_or_wrong(self, keys: KeyCounts, told: str) -> None:
        assert overview(different("m", keys=keys))[0][-1] == told

    def test_whose_keys_were_counted_in_base_only_tell_nothing_of_head(self) -> None:
        assert len(overview(different("m", keys=KeyCounts(1, None, 1, None)))[0]) == 5

    def test_tell_columns_that_moved(self) -> None:
        assert overview(different("m", columns_reordered=2))[0][-1] == "2 moved"

    def test_that_could_not_be_diffed_have_no_counts(self) -> None:
        assert overview(failed("m", "x")) == [["✗ m", "not diffed", "", "", ""]]

    def test_that_are_identical_are_listed_if_anything_was_found(self) -> None:
        broken = identical("m", rows=RowCounts(5, 5, 0, 0, 0, 5), keys=KeyCounts(1, 1, 0, 0))
        assert overview(broken) == [["✗ m", "5 → 5", "0", "0", "0", "1 null"]]
        uncounted = replace(broken, rows=None)
        assert overview(uncounted) == [["✗ m", "unchanged", "", "", "", "1 null"]]

    def test_that_are_unchanged_are_named_if_few(self) -> None:
        markdown = render(comment(identical("a"), identical("b"), ORDERS))
        assert "2 models without differences: `a`, `b`." in blocks(markdown)
        assert [row[0] for row in tables(markdown)[0][1:]] == ["⚠\xa0orders"]

    def test_that_are_unchanged_are_counted_if_many(self) -> None:
        markdown = render(comment(*copies(identical("m"), 6)))
        assert first_line(markdown).endswith("no differences in 6 models")
        assert "m00000" not in markdown

    @pytest.mark.parametrize(
        ("models", "shown"),
        [
            (["model.shop.orders"], ["orders"]),
            (["model.shop.orders.v2", "model.shop.orders.v3"], ["orders.v2", "orders.v3"]),
            (["prod.orders", "orders_eu"], ["orders", "orders_eu"]),
            (["model.a.orders", "model.b.orders"], ["model.a.orders", "model.b.orders"]),
            (["model.shop."], ["model.shop."]),
        ],
    )
    def test_are_called_by_their_short_name_unless_two_share_it(
        self, models: list[str], shown: list[str]
    ) -> None:
        rows = overview(*map(different, models))
        assert sorted(row[0].removeprefix("✓ ") for row in rows) == sorted(shown)


class TestCounts:
    @pytest.mark.parametrize(
        ("rows", "cells"),
        [
            (None, ["– → –", "–", "–", "–"]),
            (RowCounts(5, 7, removed=0), ["5 → 7 (+2)", "–", "0", "–"]),
            (RowCounts(head=7), ["– → 7", "–", "–", "–"]),
            (RowCounts(7, 7, 1, 1, 0, 6), ["7 → 7", "+1 (14.3%)", "−1 (14.3%)", "0"]),
            (RowCounts(0, 7, 7, 0, 0, 0), ["0 → 7", "+7", "0", "0"]),
            (RowCounts(1_000, 800, 0, 200, 0), ["1,000 → 800", "0", "−200 (20.0%)", "0"]),
            (RowCounts(12, 10, 0, 2, 5), ["12 → 10", "0", "−2 (16.7%)", "5 (50.0%)"]),
        ],
    )
    def test_are_signed_and_never_made_up(self, rows: RowCounts | None, cells: list[str]) -> None:
        assert overview(different("m", rows))[0][1:] == cells
        told = "– means not reported." in render(comment(different("m", rows)))
        assert told is any("–" in cell for cell in cells)

    @pytest.mark.parametrize(
        ("changed", "unchanged", "share"),
        [
            (1, 1, " (50.0%)"),
            (1, 0, " (100.0%)"),
            (2, 1, " (66.7%)"),
            (1, 2_000, " (<0.1%)"),
            (1, 1_999, " (0.1%)"),
            (9_999, 1, " (>99.9%)"),
            (9_990, 10, " (99.9%)"),
            (0, 5, ""),
        ],
    )
    def test_have_shares_that_never_round_to_nothing_or_to_all(
        self, changed: int, unchanged: int, share: str
    ) -> None:
        total = changed + unchanged
        row = overview(different("m", RowCounts(total, total, 0, 0, changed, unchanged)))[0]
        assert row[4] == f"{changed:,}{share}"

    def test_of_everything_turn_when_base_and_head_are_swapped(self) -> None:
        markdown = render(comment(swapped(ORDERS)))
        assert overview(swapped(ORDERS))[0][1:4] == [
            "184 k → 184 k",
            "+3 (<0.1%)",
            "−12 (<0.1%)",
        ]
        assert blocks(markdown)[1].startswith("3 rows added, 12 removed, 3,870 changed;")
        assert "- Column added: `legacy_flag` (`BOOLEAN`)" in markdown
        assert "- Column removed: `region` (`VARCHAR`)" in markdown
        assert "- Type changed: `status` from `VARCHAR(16)` to `INTEGER`" in markdown
        assert "Base is production (`analytics.pr_42`)" in markdown
        assert "head is the pull request (`analytics.prod`)" in markdown

    @given(st.builds(RowCounts, *[st.integers(1, 50)] * 6))
    def test_turn_in_every_row(self, rows: RowCounts) -> None:
        diffs = [different(f"m{n}", rows) for n in range(2)]
        for row, turned in zip(overview(*diffs), overview(*map(swapped, diffs)), strict=True):
            assert turned[2].split()[0].lstrip("+") == row[3].split()[0].lstrip("−")
            assert turned[3].split()[0].lstrip("−") == row[2].split()[0].lstrip("+")
            assert turned[2].startswith("+")
            assert turned[3].startswith("−")


class TestDetails:
    def test_are_there_for_what_a_row_cannot_say(self) -> None:
        assert headings(render(comment(ORDERS, CUSTOMERS))) == ["orders"]

    def test_show_how_far_each_column_matches(self) -> None:
        assert section_table(ORDERS) == [
            ["Column", "Match", "Rows that differ"],
            ["amount", "█████████▊ 97.9%", "3,812"],
            ["status", "█████████▉ >99.9%", "71"],
        ]

    def test_show_a_match_that_is_told_without_counts_or_not_at_all(self) -> None:
        columns = (ColumnValues("a", match_percent=50.0), ColumnValues("b", 3))
        diff = different("m", RowCounts(9, 9), column_values=columns)
        assert section_table(diff)[1:] == [["b", "–", "3"], ["a", "█████ 50.0%", "–"]]
        assert "– means not reported." in render(comment(diff))

    def test_list_the_columns_that_differ_most_first_and_count_the_rest(self) -> None:
        diff = replace(WIDE, column_values=WIDE.column_values[::-1])
        assert [row[0] for row in section_table(diff)[1:]] == [f"column_{n:03}" for n in range(10)]
        assert "… and 20 more columns with differences." in blocks(render(comment(diff)))

    def test_list_some_schema_changes_and_count_the_rest(self) -> None:
        markdown = render(comment(WIDE))
        assert "- Column added: `new_09` (`VARCHAR`)\n- … and 20 more schema changes" in markdown

    def test_list_removed_columns_before_added_ones(self) -> None:
        diff = different("m", columns_added=(Column("b"),), columns_removed=(Column("a", "INT"),))
        assert bullets(render(comment(diff)))[1:] == [
            "- Column removed: `a` (`INT`)",
            "- Column added: `b`",
        ]

    def test_tell_a_type_that_is_not_reported(self) -> None:
        changes = (TypeChange("status", None, "TEXT"),)
        markdown = render(comment(different("orders", types_changed=changes)))
        assert "- Type changed: `status` from a type not reported to `TEXT`" in markdown

    def test_tell_columns_at_another_position(self) -> None:
        markdown = render(comment(different("m", columns_reordered=2)))
        assert bullets(markdown) == ["- 2 columns at another position"]

    def test_tell_key_problems_that_head_has_mended(self) -> None:
        diff = different("m", keys=KeyCounts(3, 0, 12_000, None))
        assert bullets(render(comment(diff))) == [
            "- Rows without a key, base → head: 3 → 0",
            "- Duplicate keys, base → head: 12 k → –",
        ]

    def test_tell_key_problems_that_are_not_to_be_judged(self) -> None:
        markdown = render(comment(PAYMENTS, settings=LENIENT))
        assert "- Duplicate keys, base → head: 0 → 12" in markdown
        assert "base → head: 0 → 12" not in render(comment(PAYMENTS))

    def test_tell_an_error_that_is_not_to_be_judged(self) -> None:
        markdown = render(comment(failed("m", "boom"), failed("n", ""), settings=LENIENT))
        assert bullets(markdown) == [
            "- Could not be diffed: boom",
            "- Could not be diffed: no reason given",
        ]

    def test_tell_an_error_also_beside_other_findings(self) -> None:
        settings = ReportSettings(failed_diff=Effect.IGNORE)
        broken = failed("m", "boom", keys=KeyCounts(0, 1))
        assert bullets(render(comment(broken, settings=settings))) == [
            "- ✗ `m`: 1 row without a key, none in base",
            "- Could not be diffed: boom",
        ]

    def test_name_what_is_built_on_a_model(self) -> None:
        dependents = tuple(Dependent(name, "exposure" * (name == "a")) for name in "abcdefg")
        markdown = render(comment(different("m", downstream=dependents)))
        assert bullets(markdown) == ["- Downstream: `a` (exposure), `b`, `c`, `d`, `e` and 2 more"]

    def test_name_the_primary_key(self) -> None:
        key = tuple("abcdef")
        markdown = render(comment(replace(ORDERS, primary_key=key)))
        assert "Primary key: `a`, `b`, `c`, `d`, `e` and 1 more" in blocks(markdown)
        assert "Primary key: `order_id`" in blocks(render(comment(ORDERS)))

    def test_name_the_tables_where_not_all_share_two_schemas(self) -> None:
        other = replace(CUSTOMERS, base_table="legacy.customers", head_table="")
        markdown = render(comment(ORDERS, other))
        assert "Tables: `analytics.prod.orders` → `analytics.pr_42.orders`" in markdown
        assert "Base is production, head is the pull request." in markdown

    def test_name_a_table_that_only_one_side_tells(self) -> None:
        markdown = render(comment(replace(ORDERS, base_table="", primary_key=())))
        assert "Tables: – → `analytics.pr_42.orders`" in blocks(markdown)

    def test_leave_the_tables_to_the_last_lines_where_all_share_two_schemas(self) -> None:
        markdown = render(comment(ORDERS, CUSTOMERS))
        assert "Tables:" not in markdown
        assert (
            "Base is production (`analytics.prod`), head is the pull request (`analytics.pr_42`)."
        ) in markdown


class TestSampleRows:
    def test_show_the_key_and_what_changed_first(self) -> None:
        assert tables(render(comment(ACCOUNTS)))[2] == [
            ["Sample row", "account_id", "balance", "owner"],
            ["changed", "1", "10.00 → NULL", "Ada"],
            ["added", "4", "", "NULL | @\u2060Grace"],
            ["removed", "3", "", "NULL"],
        ]

    def test_tell_a_null_from_the_text_null(self) -> None:
        markdown = render(comment(ACCOUNTS))
        assert r"| added | 4 |  | NULL \|" in markdown
        assert "| removed | 3 |  | `NULL` |" in markdown

    def test_are_five_at_most_and_cut(self) -> None:
        cells = tuple(SampleCell(f"c{n}", "x" * 200, "y") for n in range(9))
        rows = (SampleRow(RowChange.REMOVED, cells),) * 9
        [_, table] = tables(render(comment(different("m", samples=rows))))
        assert [len(row) for row in table] == [7] * 6
        assert len(table[1][1]) == 60

    def test_without_cells_make_no_table(self) -> None:
        diff = different("m", samples=(SampleRow(RowChange.ADDED, ()),))
        assert len(tables(render(comment(diff)))) == 1


class TestEnd:
    def test_names_commit_time_and_page(self) -> None:
        about, page, last = blocks(render(EXAMPLES["one_broken_key"]))[-3:]
        assert f"/{COMMIT}), results of 2026-11-24 05:43 UTC. Base is" in about
        assert page == f"[Full report]({REPORT_URL}) with every model and exact numbers."
        assert last == footer(MARKER)

    def test_tells_the_time_in_utc(self) -> None:
        one = replace(comment(ORDERS), updated_at="2026-11-24T01:30:00+02:00")
        assert "results of 2026-11-23 23:30 UTC." in render(one)

    def test_says_neither_where_they_are_unknown(self) -> None:
        markdown = render(comment(ORDERS))
        assert "results of" not in markdown
        assert "Full report" not in markdown

    def test_links_lead_to_the_commits_and_to_the_page(self) -> None:
        markdown = render(EXAMPLES["stale"])
        links = [
            str(token.attrs["href"]) for token in tokens(markdown) if token.type == "link_open"
        ]
        page = REPORT_URL.rpartition("/")[2]
        assert [re.sub(".*/", "", link) for link in links] == [page, COMMIT, NEWER, COMMIT, page]


class TestAStaleReport:
    def test_waits_for_the_next(self) -> None:
        assert "whose results have not arrived yet." in render(EXAMPLES["stale"])

    def test_says_why_there_will_be_none(self) -> None:
        left_out = "Pull request 7 goes into *x* @all. Reports are for: main."
        markdown = render(replace(EXAMPLES["stale"], left_out=left_out))
        assert "not arrived yet" not in markdown
        assert "which is not reported on. Pull request 7 goes into \\*x\\* @" in markdown
        assert "@all" not in markdown

    def test_is_none_where_the_report_is_about_the_head(self) -> None:
        assert "reported on" not in render(replace(EXAMPLES["differences"], left_out="Draft."))


class TestLength:
    @pytest.mark.parametrize(
        ("models", "sections", "columns"),
        [
            (1, 1, 10),
            (10, 10, 10),
            (250, 10, 10),
            (300, 5, 10),
            (340, 5, 5),
            (364, 3, 3),
            (5_000, 0, 0),
        ],
    )
    def test_is_kept_by_telling_fewer_details_first(
        self, models: int, sections: int, columns: int
    ) -> None:
        markdown = render(comment(*copies(WIDE, models)))
        assert length(markdown) <= MAX_CHARACTERS
        assert len(headings(markdown)) == sections
        assert markdown.count("| `column_") == sections * columns
        partly = f"Details of the first {sections} models only." in markdown
        assert partly is (0 < sections < models)
        assert ("Details are left out to fit into a comment." in markdown) is (not sections)

    def test_is_kept_by_counting_the_models_that_do_not_fit_at_last(self) -> None:
        markdown = render(comment(*copies(WIDE, 5_000), failed("f"), identical("i")))
        [rows] = tables(markdown)
        shown = len(rows) - 1
        assert f"… and {5_001 - shown:,} more models with differences or findings." in markdown
        assert rows[1][0] == "✗\xa0f"
        assert MAX_CHARACTERS - 200 < length(markdown) <= MAX_CHARACTERS
        assert f"Commit `{COMMIT}`." in markdown
        assert markdown.endswith(footer(MARKER))

    def test_shows_every_model_in_a_row_of_its_own_if_that_fits(self) -> None:
        markdown = render(comment(*copies(WIDE, 300)))
        assert len(tables(markdown)[0]) == 1 + 300
        assert "more models" not in markdown

    def test_shows_fifty_models_where_a_page_has_all_of_them(self) -> None:
        markdown = render(comment(*copies(WIDE, 300), links=True))
        assert len(tables(markdown)[0]) == 1 + 50
        assert "… and 250 more models with differences or findings." in blocks(markdown)
        assert len(headings(markdown)) == 10

    def test_counts_what_data_center_counts(self) -> None:
        assert length("a\n–") == 3
        assert length("\U0001f600") == 2

    @settings(max_examples=60, deadline=None)
    @given(
        model_diffs,
        st.integers(1, 600),
        st.lists(model_diffs, max_size=3),
        st.sampled_from([COMMIT, NEWER]),
        some_settings,
        some_changes,
        st.booleans(),
    )
    def test_is_kept_whatever_the_diffs(
        self,
        diff: ModelDiff,
        number: int,
        others: list[ModelDiff],
        head: str,
        rules: ReportSettings,
        changes: Changes | None,
        links: bool,  # noqa: FBT001 - drawn
    ) -> None:
        many = comment(
            *copies(diff, number), *others, head=head, settings=rules, changes=changes, links=links
        )
        markdown = render(many)
        assert length(markdown) <= MAX_CHARACTERS
        assert has_footer(markdown, MARKER)
        assert first_line(markdown).startswith(
            "**Outdated data" if head == NEWER else "**Data diff "
        )
        assert not links or blocks(markdown)[-2].startswith(f"[Full report]({REPORT_URL})")

    @pytest.mark.parametrize("outcome", list(Outcome))
    @pytest.mark.parametrize("links", [True, False])
    def test_is_kept_with_the_longest_of_everything(
        self,
        outcome: Outcome,
        links: bool,  # noqa: FBT001 - a cell
    ) -> None:
        long = "\U0001f600|`" * 1_000
        worst = ModelDiff(
            long,
            outcome,
            long,
            long,
            (long,) * 50,
            RowCounts(*[2**63 - 1] * 6),
            (ColumnValues(long, 2**63 - 1, 2**63),) * 50,
            (Column(long, long),) * 50,
            (Column(long, long),) * 50,
            (TypeChange(long, long, long),) * 50,
            error=long,
            keys=KeyCounts(*[2**63 - 1] * 4),
            columns_reordered=2**63,
            downstream=(Dependent(long, long),) * 50,
            samples=(SampleRow(RowChange.CHANGED, (SampleCell(long, long, ":a:" * 99),) * 20),)
            * 20,
        )
        changes = Changes(BEFORE, *[(long,) * 50] * 5)
        for number in (1, 5, 30, 300):
            one = comment(
                *copies(worst, number), head=NEWER, links=links, settings=STRICT, changes=changes
            )
            assert length(render(one)) <= MAX_CHARACTERS


class TestNamesFromOutside:
    @settings(max_examples=50)
    @given(merged_diffs, some_settings, some_changes)
    def test_make_no_link_image_html_or_structure(
        self, diffs: list[ModelDiff], rules: ReportSettings, changes: Changes | None
    ) -> None:
        assert elements(render(comment(*diffs, settings=rules, changes=changes))) <= HARMLESS

    @settings(max_examples=40)
    @given(merged_diffs, some_settings)
    def test_leave_every_table_its_columns(
        self, diffs: list[ModelDiff], rules: ReportSettings
    ) -> None:
        for head, *body in tables(render(comment(*diffs, settings=rules))):
            for row in body:
                assert len(row) == len(head)

    @settings(max_examples=40)
    @given(merged_diffs, some_settings)
    def test_leave_every_model_its_row(self, diffs: list[ModelDiff], rules: ReportSettings) -> None:
        report = judge(diffs, rules)
        listed = [
            one
            for one in report.models
            if one.findings or one.diff.outcome is not Outcome.IDENTICAL
        ]
        found = tables(render(comment(*diffs, settings=rules)))
        rows = found[0][1:] if listed else []
        assert len(rows) == len(listed)
        for row, model in zip(rows, listed, strict=True):
            assert row[0][0] == SYMBOLS[model.level]

    @settings(max_examples=40)
    @given(merged_diffs, some_settings)
    def test_add_and_hide_no_finding(self, diffs: list[ModelDiff], rules: ReportSettings) -> None:
        report = judge(diffs, rules)
        markdown = render(comment(*diffs, settings=rules))
        told = [line for line in bullets(markdown) if line[2] in "✗?⚠"]
        assert len(told) == min(15, sum(min(3, len(one.findings)) for one in report.models))

    @settings(max_examples=40)
    @given(merged_diffs, some_settings)
    def test_emphasise_nothing(self, diffs: list[ModelDiff], rules: ReportSettings) -> None:
        found = [token.type for token in tokens(render(comment(*diffs, settings=rules)))]
        assert found.count("strong_open") == 1
        assert found.count("em_open") == 1

    @given(hostile_texts, hostile_texts)
    def test_in_samples_stay_in_their_cells(self, base: str, head: str) -> None:
        cells = (SampleCell("a", base, head), SampleCell(base, base, base))
        diff = different("m", samples=(SampleRow(RowChange.CHANGED, cells),))
        [_, table] = tables(render(comment(diff)))
        assert {len(row) for row in table} == {len({"a", base}) + 1}

    @given(hostile_texts)
    def test_in_an_error_stay_in_their_line(self, error: str) -> None:
        assert len(bullets(render(comment(failed("m", error))))) == 1

    def test_reach_the_reader_as_they_are(self) -> None:
        markdown = render(comment(HOSTILE))
        assert headings(markdown)[0].replace("\u2060", "") == "a|b`c # d @{e} <b>"


class TestFooter:
    @settings(max_examples=40)
    @given(merged_diffs, st.sampled_from([COMMIT, NEWER]))
    def test_is_the_last_line_of_every_comment(self, diffs: list[ModelDiff], head: str) -> None:
        markdown = render(comment(*diffs, head=head))
        assert markdown.splitlines()[-1] == f"*Data diff report · ref {MARKER}*"
        assert RENDERER.parse(markdown)[-1].type == "paragraph_close"

    @pytest.mark.parametrize(
        "comment_text",
        [
            footer(MARKER),
            f"text\n\n{footer(MARKER)}",
            f"text\r\n\r\n{footer(MARKER)}\r\n\r\n",
            f"{footer(MARKER)}  \n \n",
            f"{footer(MARKER)}\u200c\n\u200c",
            f"_Data diff report · ref {MARKER}_",
            f"*Data diff report · ref {MARKER.replace('-', chr(92) + '-')}*",
            f"Data diff report - ref {MARKER}",
        ],
    )
    def test_is_recognised(self, comment_text: str) -> None:
        assert has_footer(comment_text, MARKER)

    @pytest.mark.parametrize(
        "comment_text",
        [
            "",
            "\n",
            f"> {footer(MARKER)}",
            f"{footer(MARKER)}\n\nThanks!",
            f"See {footer(MARKER)}",
            f"{footer(MARKER)} is gone",
            f"- {footer(MARKER)}",
            f"    {footer(MARKER)}",
            f"`{footer(MARKER)}`",
            footer(MARKER + "0"),
            footer(MARKER[:-1]),
            footer(MARKER.upper()),
            f"*Data diff report · {MARKER}*",
            f"*Other report · ref {MARKER}*",
        ],
    )
    def test_is_not_seen_where_it_is_not(self, comment_text: str) -> None:
        assert not has_footer(comment_text, MARKER)

    @pytest.mark.parametrize("marker", ["", "a b", "a*b", "a\n", "é", "x" * 65])
    def test_takes_plain_markers_only(self, marker: str) -> None:
        with pytest.raises(ValueError, match="marker"):
            footer(marker)


@settings(max_examples=40)
@given(merged_diffs, some_settings)
def test_the_same_results_make_the_same_comment(
    diffs: list[ModelDiff], rules: ReportSettings
) -> None:
    one, other = comment(*diffs, settings=rules), comment(*reversed(diffs), settings=rules)
    assert render(one) == render(other)


def _seconds_to_render(diffs: Sequence[ModelDiff]) -> float:
    one = comment(*diffs, settings=LARGE_SETTINGS)
    started = time.process_time()
    render(one)
    return time.process_time() - started


@pytest.mark.usefixtures("measured")
def test_time_grows_no_faster_than_the_report() -> None:
    small, large = large_diffs(models=100, columns=50), large_diffs(models=1_000, columns=50)
    _seconds_to_render(small)
    few = min(_seconds_to_render(small) for _ in range(3))
    many = min(_seconds_to_render(large) for _ in range(3))
    assert many < 30 * few

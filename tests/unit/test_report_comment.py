# ruff: noqa: RUF001 - minus signs and dashes are what the comment shows
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from report_comment import MAX_CHARACTERS, ReportComment, length, render
from report_footer import footer, has_footer
from tests.unit.comment_examples import (
    COMMIT,
    CUSTOMERS,
    EXAMPLES,
    GOLDEN,
    HOSTILE,
    MARKER,
    NEWER,
    ORDERS,
    comment,
)
from tests.unit.model_diffs import (
    different,
    failed,
    hostile_texts,
    identical,
    merged_diffs,
    model_diffs,
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


def first_line(markdown: str) -> str:
    return markdown.split("\n", 1)[0]


def copies(diff: ModelDiff, number: int) -> list[ModelDiff]:
    return [replace(diff, model=f"{diff.model}{n:05}") for n in range(number)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_comment_is_word_for_word_the_one_agreed_upon(name: str) -> None:
    golden = (GOLDEN / f"{name}.md").read_text(encoding="utf-8")
    assert render(EXAMPLES[name]) + "\n" == golden


def test_every_golden_comment_is_compared() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(EXAMPLES)


class TestVerdict:
    def test_comes_first(self) -> None:
        assert first_line(render(comment(ORDERS, identical("a")))) == (
            "**Data diff: 1 of 2 models differs** — 12 rows added, 3 removed, 3,870 changed; "
            "schema changed in 1 model"
        )

    def test_of_no_differences_has_no_tail(self) -> None:
        assert first_line(render(comment(identical("a")))) == (
            "**Data diff: no differences in 1 model**"
        )


class TestStaleness:
    def test_is_in_the_first_line_and_right_below_it(self) -> None:
        verdict, blank, notice = render(comment(ORDERS, head=NEWER)).split("\n")[:3]
        assert verdict.startswith("**Outdated data diff (commit 3f1c2d4e5a6b): 1 model differs**")
        assert not blank
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
            ReportComment([], commit, COMMIT, MARKER)
        with pytest.raises(ValueError, match="named by its hash"):
            ReportComment([], COMMIT, commit, MARKER)


class TestSign:
    def test_added_is_what_only_the_head_has(self) -> None:
        [rows] = tables(render(comment(ORDERS)))
        assert rows == [
            ["Rows", "Count", "Share"],
            ["base → head", "184,211 → 184,220 (+9)", "<0.1%"],
            ["added (only in head)", "+12", "<0.1%"],
            ["removed (only in base)", "−3", "<0.1%"],
            ["changed (in both)", "3,870", "2.1%"],
            ["… in amount", "3,812", "2.1%"],
            ["… in status", "71", "<0.1%"],
        ]

    def test_of_everything_turns_when_base_and_head_are_swapped(self) -> None:
        markdown = render(comment(swapped(ORDERS)))
        [rows] = tables(markdown)
        assert rows[1:4] == [
            ["base → head", "184,220 → 184,211 (−9)", "<0.1%"],
            ["added (only in head)", "+3", "<0.1%"],
            ["removed (only in base)", "−12", "<0.1%"],
        ]
        assert "— 3 rows added, 12 removed, 3,870 changed;" in first_line(markdown)
        assert "- Column added: `legacy_flag` (`BOOLEAN`)" in markdown
        assert "- Column removed: `region` (`VARCHAR`)" in markdown
        assert "- Type changed: `status` from `VARCHAR(16)` to `INTEGER`" in markdown
        assert "Base is production (`analytics.pr_42`)" in markdown
        assert "head is the pull request (`analytics.prod`)" in markdown

    @given(st.builds(RowCounts, *[st.integers(0, 50)] * 6))
    def test_turns_in_every_table(self, rows: RowCounts) -> None:
        diffs = [different(f"m{n}", rows) for n in range(4)]
        there = tables(render(comment(*diffs)))
        back = tables(render(comment(*map(swapped, diffs))))
        for table, turned in zip(there[1:], back[1:], strict=True):
            assert turned[2][1].lstrip("+") == table[3][1].lstrip("−")
            assert turned[3][1].lstrip("−") == table[2][1].lstrip("+")
        for row, turned_row in zip(there[0][1:], back[0][1:], strict=True):
            assert turned_row[1:3] == [row[2], row[1]]
            assert turned_row[3].lstrip("+") == row[4].lstrip("−")
            assert turned_row[4].lstrip("−") == row[3].lstrip("+")
            assert not turned_row[3].startswith("−")
            assert not turned_row[4].startswith("+")


class TestModel:
    def test_without_counts_says_so_instead_of_zero(self) -> None:
        markdown = render(comment(different("orders")))
        assert "Row counts were not reported." in markdown
        assert not tables(markdown)

    def test_with_some_counts_shows_a_dash_for_the_others(self) -> None:
        markdown = render(comment(different("orders", RowCounts(base=5, head=7, removed=0))))
        [rows] = tables(markdown)
        assert rows[1:] == [
            ["base → head", "5 → 7 (+2)", "+40.0%"],
            ["added (only in head)", "–", ""],
            ["removed (only in base)", "0", ""],
            ["changed (in both)", "–", ""],
        ]
        assert "– means not reported." in markdown

    def test_with_all_counts_needs_no_word_about_missing_ones(self) -> None:
        assert "not reported" not in render(comment(ORDERS))

    def test_known_on_one_side_only_has_no_delta(self) -> None:
        [rows] = tables(render(comment(different("orders", RowCounts(head=7)))))
        assert rows[1] == ["base → head", "– → 7", ""]

    def test_of_equal_size_has_no_delta(self) -> None:
        [rows] = tables(render(comment(different("orders", RowCounts(7, 7, 1, 1, 0, 6)))))
        assert rows[1] == ["base → head", "7 → 7", ""]

    def test_that_was_empty_has_no_share(self) -> None:
        [rows] = tables(render(comment(different("orders", RowCounts(0, 7, 7, 0, 0, 0)))))
        assert rows[1:3] == [
            ["base → head", "0 → 7 (+7)", ""],
            ["added (only in head)", "+7", ""],
        ]

    @pytest.mark.parametrize(
        ("changed", "unchanged", "share"),
        [
            (1, 1, "50.0%"),
            (1, 0, "100.0%"),
            (2, 1, "66.7%"),
            (1, 2_000, "<0.1%"),
            (1, 1_999, "0.1%"),
            (9_999, 1, ">99.9%"),
            (9_990, 10, "99.9%"),
            (2**62, 2**62, "50.0%"),
            (0, 5, ""),
        ],
    )
    def test_shares_never_round_to_nothing_or_to_all(
        self, changed: int, unchanged: int, share: str
    ) -> None:
        total = changed + unchanged
        counts = RowCounts(total, total, 0, 0, changed, unchanged)
        [rows] = tables(render(comment(different("orders", counts))))
        assert rows[4][2] == share

    def test_takes_the_rows_in_both_from_base_and_removed_if_need_be(self) -> None:
        counts = RowCounts(base=12, head=10, added=0, removed=2, changed=5)
        [rows] = tables(render(comment(different("orders", counts))))
        assert rows[4] == ["changed (in both)", "5", "50.0%"]

    def test_lists_the_columns_that_differ_most_first_and_counts_the_rest(self) -> None:
        diff = replace(WIDE, column_values=WIDE.column_values[::-1])
        [rows] = tables(render(comment(diff)))
        listed = [f"… in column_{n:03}" for n in range(10)]
        assert [row[0] for row in rows[5:]] == [*listed, "… in 20 more columns"]

    def test_lists_columns_that_differ_equally_by_name(self) -> None:
        columns = (ColumnValues("b", 1), ColumnValues("a", 1), ColumnValues("c", 2))
        diff = different("orders", RowCounts(9, 9, 0, 0, 3, 6), column_values=columns)
        [rows] = tables(render(comment(diff)))
        assert [row[0] for row in rows[5:]] == ["… in c", "… in a", "… in b"]

    def test_lists_some_schema_changes_and_counts_the_rest(self) -> None:
        markdown = render(comment(WIDE))
        assert "- Column added: `new_09` (`VARCHAR`)\n- … and 20 more schema changes" in markdown

    def test_tells_a_type_that_is_not_reported(self) -> None:
        changes = (TypeChange("status", None, "TEXT"),)
        markdown = render(comment(different("orders", types_changed=changes)))
        assert "- Type changed: `status` from a type not reported to `TEXT`" in markdown

    def test_names_its_primary_key(self) -> None:
        assert "Primary key: `id`, `country`" in render(comment(CUSTOMERS))

    @pytest.mark.parametrize(
        ("models", "names"),
        [
            (["model.shop.orders"], ["orders"]),
            (["model.shop.orders.v2", "model.shop.orders.v3"], ["orders.v2", "orders.v3"]),
            (["prod.orders", "orders_eu"], ["orders", "orders_eu"]),
            (["model.a.orders", "model.b.orders"], ["model.a.orders", "model.b.orders"]),
            (["model.shop."], ["model.shop."]),
        ],
    )
    def test_is_called_by_its_short_name_unless_two_share_it(
        self, models: list[str], names: list[str]
    ) -> None:
        markdown = render(comment(*map(different, models)))
        assert sorted(headings(markdown)) == sorted(names)

    def test_names_some_columns_of_a_long_primary_key_and_counts_the_rest(self) -> None:
        diff = different("orders", primary_key=tuple("abcdef"))
        assert "Primary key: `a`, `b`, `c`, `d`, `e` and 1 more\n" in render(comment(diff))

    def test_without_a_schema_on_one_side_names_its_tables(self) -> None:
        markdown = render(comment(different("m", base_table="orders", head_table="pr.orders")))
        assert "Tables: `orders` → `pr.orders`" in markdown
        assert "Base is production, head is the pull request." in markdown

    def test_names_its_tables_where_not_all_share_two_schemas(self) -> None:
        other = replace(CUSTOMERS, base_table="legacy.customers", head_table="")
        markdown = render(comment(ORDERS, other))
        assert "Tables: `analytics.prod.orders` → `analytics.pr_42.orders`" in markdown
        assert "Tables: `legacy.customers` → –" in markdown
        assert "Base is production, head is the pull request." in markdown

    def test_leaves_its_tables_to_the_last_lines_where_all_share_two_schemas(self) -> None:
        markdown = render(comment(ORDERS, CUSTOMERS))
        assert "Tables:" not in markdown
        assert (
            "Base is production (`analytics.prod`), head is the pull request (`analytics.pr_42`)."
        ) in markdown


class TestOtherModels:
    def test_that_failed_are_listed_with_their_error(self) -> None:
        assert tables(render(comment(failed("a.b", "boom | bust"), failed("c", "")))) == [
            [["Model", "Error"], ["b", "boom | bust"], ["c", "no reason given"]]
        ]

    def test_that_failed_are_counted_when_they_are_too_many(self) -> None:
        markdown = render(comment(*copies(failed("m"), 52)))
        [rows] = tables(markdown)
        assert len(rows) == 1 + 50
        assert "… and 2 more models that could not be diffed." in markdown

    def test_that_are_unchanged_are_named_if_few(self) -> None:
        assert "2 models without differences: `a`, `b`." in render(
            comment(identical("a"), identical("b"), ORDERS)
        )

    def test_that_are_unchanged_are_counted_if_many(self) -> None:
        markdown = render(comment(*copies(identical("m"), 6)))
        assert "6 models without differences." in markdown
        assert "m00000" not in markdown


class TestOverview:
    def test_helps_from_four_differing_models_on(self) -> None:
        assert len(tables(render(comment(*copies(ORDERS, 3))))) == 3
        assert len(tables(render(comment(*copies(ORDERS, 4))))) == 5

    def test_tells_added_columns_from_removed_ones(self) -> None:
        diff = different(
            "m", columns_added=(Column("x"), Column("y")), columns_removed=(Column("z"),)
        )
        overview = tables(render(comment(*copies(diff, 4))))[0]
        assert overview[1][-1] == "2 added, 1 removed"

    def test_has_a_row_per_differing_model(self) -> None:
        overview = tables(render(comment(*copies(ORDERS, 4), identical("x"))))[0]
        assert overview[:2] == [
            ["Model", "Rows in base", "Rows in head", "Added", "Removed", "Changed", "Schema"],
            [
                "orders00000",
                "184,211",
                "184,220",
                "+12",
                "−3",
                "3,870 (2.1%)",
                "1 added, 1 removed, 1 retyped",
            ],
        ]
        assert len(overview) == 1 + 4


class TestLength:
    @pytest.mark.parametrize(
        ("models", "columns_listed"),
        [(1, 10), (20, 10), (35, 5), (60, 2), (150, 0), (5_000, 0)],
    )
    def test_is_kept_by_listing_fewer_columns_first(self, models: int, columns_listed: int) -> None:
        markdown = render(comment(*copies(WIDE, models)))
        assert length(markdown) <= MAX_CHARACTERS
        assert markdown.count("… in `column_") == columns_listed * models
        assert ("Shortened to fit" in markdown) == (not columns_listed)

    def test_is_kept_by_counting_the_models_that_do_not_fit_at_last(self) -> None:
        markdown = render(comment(*copies(WIDE, 5_000), failed("f"), identical("i")))
        compact, failures = tables(markdown)
        shown = len(compact) - 1
        assert f"… and {5_000 - shown:,} more models that differ." in markdown
        assert [row[0] for row in failures] == ["Model", "f"]
        assert 32_000 - 200 < length(markdown) <= 32_000
        assert f"Commit `{COMMIT}`." in markdown
        assert markdown.endswith(footer(MARKER))

    def test_shows_every_model_in_a_row_of_its_own_if_that_fits(self) -> None:
        markdown = render(comment(*copies(WIDE, 300)))
        [compact] = tables(markdown)
        assert len(compact) == 1 + 300
        assert "more models" not in markdown

    def test_counts_what_data_center_counts(self) -> None:
        assert length("a\n–") == 3
        assert length("\U0001f600") == 2

    @settings(max_examples=60, deadline=None)
    @given(
        model_diffs,
        st.integers(1, 600),
        st.lists(model_diffs, max_size=3),
        st.sampled_from([COMMIT, NEWER]),
    )
    def test_is_kept_whatever_the_diffs(
        self, diff: ModelDiff, number: int, others: list[ModelDiff], head: str
    ) -> None:
        many = comment(*copies(diff, number), *others, head=head)
        markdown = render(many)
        assert length(markdown) <= MAX_CHARACTERS
        assert has_footer(markdown, MARKER)
        assert first_line(markdown).startswith(
            "**Outdated data" if head == NEWER else "**Data diff: "
        )

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_is_kept_with_the_longest_of_everything(self, outcome: Outcome) -> None:
        long = "\U0001f600|`" * 1_000
        worst = ModelDiff(
            long,
            outcome,
            long,
            long,
            (long,) * 50,
            RowCounts(*[2**63 - 1] * 6),
            (ColumnValues(long, 2**63 - 1),) * 50,
            (Column(long, long),) * 50,
            (Column(long, long),) * 50,
            (TypeChange(long, long, long),) * 50,
            error=long,
        )
        for number in (1, 5, 30, 3_000):
            assert length(render(comment(*copies(worst, number), head=NEWER))) <= MAX_CHARACTERS


class TestNamesFromOutside:
    @given(merged_diffs)
    def test_make_no_link_image_html_or_structure(self, diffs: list[ModelDiff]) -> None:
        assert elements(render(comment(*diffs))) <= HARMLESS

    @given(merged_diffs)
    def test_leave_every_table_its_columns(self, diffs: list[ModelDiff]) -> None:
        for head, *body in tables(render(comment(*diffs))):
            assert len(head) in {2, 3, 7}
            for row in body:
                assert len(row) == len(head)

    @given(merged_diffs)
    def test_add_and_hide_no_section(self, diffs: list[ModelDiff]) -> None:
        outcomes = [diff.outcome for diff in diffs]
        markdown = render(comment(*diffs))
        differing = outcomes.count(Outcome.DIFFERENT)
        assert len(headings(markdown)) == differing + (Outcome.FAILED in outcomes)

    @given(merged_diffs)
    def test_emphasise_nothing(self, diffs: list[ModelDiff]) -> None:
        found = [token.type for token in tokens(render(comment(*diffs)))]
        assert found.count("strong_open") == 1
        assert found.count("em_open") == 1

    @given(hostile_texts)
    def test_in_an_error_stay_in_their_cell(self, error: str) -> None:
        [rows] = tables(render(comment(failed("m", error))))
        assert [len(row) for row in rows] == [2, 2]

    def test_reach_the_reader_as_they_are(self) -> None:
        markdown = render(comment(HOSTILE))
        assert headings(markdown)[0].replace("\u2060", "") == "a|b`c # d @{e} <b>"


class TestFooter:
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


def test_links_lead_to_the_commits() -> None:
    markdown = render(EXAMPLES["stale"])
    links = [str(token.attrs["href"]) for token in tokens(markdown) if token.type == "link_open"]
    assert [re.sub(".*/", "", link) for link in links] == [COMMIT, NEWER, COMMIT]


@given(merged_diffs)
def test_the_same_results_make_the_same_comment(diffs: list[ModelDiff]) -> None:
    assert render(comment(*diffs)) == render(comment(*reversed(diffs)))

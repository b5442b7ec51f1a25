import pytest

from bitbucket_integration.name_patterns import NamePatterns


@pytest.mark.parametrize(
    ("patterns", "model", "column", "fits"),
    [
        (["_loaded_at"], "orders", "_loaded_at", True),
        (["_loaded_at"], "orders", "loaded_at", False),
        (["*_at"], "orders", "created_at", True),
        (["*_at", "!created_at"], "orders", "created_at", False),
        (["stg_*/etl_*"], "stg_orders", "etl_run", True),
        (["stg_*/etl_*"], "orders", "etl_run", False),
        (["/orders/amount"], "orders", "amount", True),
        (["orders/"], "orders", "amount", True),
        (["# a comment", "", "amount"], "orders", "amount", True),
        (["b"], "orders", "a/b", False),
        (["*"], "", "", True),
        (["*/*"], "orders", "", True),
        ([], "orders", "amount", False),
    ],
)
def test_columns_are_named_as_a_gitignore_file_names_files(
    patterns: list[str],
    model: str,
    column: str,
    fits: bool,  # noqa: FBT001 - a table's cell
) -> None:
    assert NamePatterns(patterns).fit_column(model, column) is fits


def test_a_models_file_may_be_named_by_its_folder() -> None:
    patterns = NamePatterns(["models/staging/", "tmp_*"])
    assert patterns.fit("models/staging/stg_orders.sql")
    assert patterns.fit("tmp_orders")
    assert not patterns.fit("models/marts/orders.sql")


@pytest.mark.parametrize(
    ("patterns", "fits"),
    [
        (["orders"], True),
        (["model.shop.orders"], True),
        (["model.*"], True),
        (["models/core/"], True),
        (["*", "!orders"], False),
        (["!orders", "model.*"], True),
        (["*", "!models/core/*"], False),
        (["customers"], False),
    ],
)
def test_of_a_models_names_the_last_pattern_that_fits_any_decides(
    patterns: list[str],
    fits: bool,  # noqa: FBT001 - a table's cell
) -> None:
    assert NamePatterns(patterns).fit_model("model.shop.orders", "models/core/orders.sql") is fits


def test_a_model_without_a_file_is_named_by_its_name_alone() -> None:
    assert not NamePatterns(["*.sql"]).fit_model("orders")
    assert NamePatterns(["orders"]).fit_model("orders")


@pytest.mark.parametrize(
    ("pattern", "columns"),
    [
        ("orders/a*", {"a", "ab"}),
        ("model.shop.orders/b", {"b"}),
        ("shop/*", set()),
        ("*", {"a", "ab", "b"}),
    ],
)
def test_a_column_is_below_its_model_by_either_name(pattern: str, columns: set[str]) -> None:
    fitting = NamePatterns([pattern]).columns_that_fit("model.shop.orders", ["a", "ab", "b"])
    assert fitting == columns


@pytest.mark.parametrize("pattern", ["!", "\\"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        NamePatterns([pattern])

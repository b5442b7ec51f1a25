import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.errors import InvalidRequestError
from formats.hints import Hints


def refusal(query: dict[str, str]) -> tuple[str, str]:
    with pytest.raises(InvalidRequestError) as caught:
        Hints.from_query(query)
    return caught.value.field, str(caught.value)


def test_all_are_read_from_the_query() -> None:
    query = {
        "commit": "x",
        "model": " orders ",
        "path": "models/shop/orders.sql",
        "base_table": "prod.orders",
        "head_table": '"PR 7".orders',
        "primary_key": "id, day",
    }
    assert Hints.from_query(query) == Hints(
        "orders", "models/shop/orders.sql", "prod.orders", '"PR 7".orders', ("id", "day")
    )


@pytest.mark.parametrize(
    "query",
    [{}, dict.fromkeys(["model", "path", "base_table", "head_table", "primary_key"], " ")],
    ids=["left out", "empty"],
)
def test_all_may_be_left_out(query: dict[str, str]) -> None:
    assert Hints.from_query(query) == Hints()


@pytest.mark.parametrize("parameter", ["model", "path", "base_table", "head_table", "primary_key"])
def test_a_parameter_is_a_line_of_bounded_length(parameter: str) -> None:
    assert refusal({parameter: "a\nb"}) == (
        parameter,
        "must be one line of text, without control characters",
    )
    assert refusal({parameter: "a" * 501}) == (parameter, "has 501 characters of at most 500")
    assert Hints.from_query({parameter: "a" * 500}) != Hints()


@pytest.mark.parametrize(
    "path", ["/models/a.sql", "models//a.sql", "../a.sql", "a/./b", "models\\a.sql", "models/"]
)
def test_a_path_leads_from_the_repositorys_root_to_a_file(path: str) -> None:
    field, message = refusal({"path": path})
    assert field == "path"
    assert "models/orders.sql" in message


@pytest.mark.parametrize("key", [",", "id,", "id,,day", "id,id", "id, id"])
def test_a_primary_key_names_each_column_once(key: str) -> None:
    assert refusal({"primary_key": key}) == (
        "primary_key",
        "must name each column once, with commas between them, such as id,day",
    )


def test_a_primary_key_has_at_most_50_columns() -> None:
    columns = ",".join(map(str, range(51)))
    assert refusal({"primary_key": columns}) == ("primary_key", "names 51 columns of at most 50")
    assert len(Hints.from_query({"primary_key": columns[:-3]}).primary_key) == 50


def test_a_model_that_has_to_be_there_is_asked_for() -> None:
    assert Hints(model="orders").required_model() == "orders"
    with pytest.raises(InvalidRequestError, match=r"is missing.*&model=orders") as caught:
        Hints().required_model()
    assert caught.value.field == "model"


@given(
    st.dictionaries(
        st.sampled_from(["model", "path", "base_table", "head_table", "primary_key"]), st.text()
    )
)
def test_every_query_gives_hints_or_is_refused_by_parameter(query: dict[str, str]) -> None:
    try:
        hints = Hints.from_query(query)
    except InvalidRequestError as error:
        assert error.field in query  # noqa: PT017 either is right
    else:
        assert hints.model is None or hints.model.strip()

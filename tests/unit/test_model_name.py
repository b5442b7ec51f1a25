import pytest

from bitbucket_integration.model_name import short_name


@pytest.mark.parametrize(
    ("model", "short"),
    [
        ("model.shop.orders", "orders"),
        ("model.shop.orders.v2", "orders.v2"),
        ("snapshot.shop.orders", "orders"),
        ("analytics.prod.orders", "orders"),
        ("orders", "orders"),
        ("model.shop.", "model.shop."),
        ("", ""),
    ],
)
def test_a_model_is_called_without_what_stands_before_its_name(model: str, short: str) -> None:
    assert short_name(model) == short

"""What a model is called where nobody needs to be told its project."""

import re

_DBT_UNIQUE_ID = re.compile(r"(?:model|seed|snapshot|source)\.[^.]+\.(.+)")


def short_name(model: str) -> str:
    """The name without what stands before it: `orders` for `model.shop.orders` or `prod.orders`."""
    # A versioned dbt model is `model.project.orders.v2`, whose last component names nothing.
    unique_id = _DBT_UNIQUE_ID.fullmatch(model)
    return unique_id[1] if unique_id else model.rpartition(".")[2] or model

"""Lines as `data-diff --dbt --json` prints them, made by hand."""

import json
from typing import Any


def different(model: str = "model.shop.orders", **changes: Any) -> str:
    """A model that differs: by default 9 rows added, 5 removed, 40 changed."""
    line = {
        "status": "success",
        "result": "different",
        "model": model,
        "dataset1": ["warehouse", "prod", model.rsplit(".", 1)[-1]],
        "dataset2": ["warehouse", "pr_7", model.rsplit(".", 1)[-1]],
        "rows": None,
        "summary": {
            "rows": {
                "total": {"dataset1": 1856, "dataset2": 1860},
                "exclusive": {"dataset1": 5, "dataset2": 9},
                "updated": 40,
                "unchanged": 1811,
            },
            "stats": {"diffCounts": {"amount": 40, "status": 3}},
        },
        "columns": {
            "dataset1": [{"name": "id", "type": "INTEGER", "kind": "integer"}],
            "dataset2": [
                {"name": "id", "type": "INTEGER", "kind": "integer"},
                {"name": "region", "type": "VARCHAR", "kind": "string"},
            ],
            "primaryKey": ["id"],
            "exclusive": {"dataset1": [], "dataset2": ["region"]},
            "typeChanged": [],
        },
        "version": "1.1.0",
    }
    return json.dumps(line | changes)


def identical(model: str = "model.shop.customers") -> str:
    """A model that does not differ."""
    return json.dumps(
        {
            "status": "success",
            "result": "identical",
            "model": model,
            "dataset1": ["warehouse", "prod", model.rsplit(".", 1)[-1]],
            "dataset2": ["warehouse", "pr_7", model.rsplit(".", 1)[-1]],
            "rows": None,
            "summary": None,
            "columns": None,
            "version": "1.1.0",
        }
    )


def failed(model: str = "model.shop.payments", error: str = "Duplicate primary keys") -> str:
    """A model that could not be diffed."""
    return json.dumps(
        {
            "status": "failed",
            "model": model,
            "dataset1": ["warehouse", "prod", "payments"],
            "dataset2": ["warehouse", "pr_7", "payments"],
            "error": error,
            "version": "1.0.0",
        }
    )

"""Build the models of one version of the demo's dbt-like project, each as a table."""

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import airportsdata
import duckdb


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the project: `<name>.sql`, whose rows the primary key identifies."""

    name: str
    primary_key: tuple[str, ...]


MODELS: Final = (
    Model("stg_airports", ("icao",)),
    Model("time_zones", ("time_zone",)),
    Model("airports", ("iata",)),
    Model("cities", ("city_id",)),
    Model("kiosk_sites", ("iata",)),
    Model("kiosk_regions", ("country", "region")),
)
"""The project's models, each after those that it reads."""

_SQL: Final = Path(__file__).with_name("models")


def create_warehouse(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the database `acme` and load its source: the world's airports, from `airportsdata`."""
    connection.execute("ATTACH ':memory:' AS acme")
    connection.execute("CREATE SCHEMA acme.raw")
    with as_file(files(airportsdata) / "airports.csv") as csv:
        connection.execute(
            "CREATE TABLE acme.raw.airports AS"
            " FROM read_csv(?, header = true, all_varchar = true, nullstr = '')",
            [str(csv)],
        )


def build(connection: duckdb.DuckDBPyConnection, version: str, *, schema: str) -> None:
    """Build every model of a version into a new schema of `acme`."""
    connection.execute(f"CREATE SCHEMA acme.{schema}")
    connection.execute(f"USE acme.{schema}")
    for model in MODELS:
        connection.execute(f"CREATE TABLE {model.name} AS {_sql(model, version)}")


def _sql(model: Model, version: str) -> str:
    changed = _SQL / version.replace("-", "_") / f"{model.name}.sql"
    file = changed if changed.exists() else _SQL / "base" / f"{model.name}.sql"
    return file.read_text(encoding="utf-8")

import requests

from formats.model_diffs_schema import json_schema
from tests.functional.conftest import System


def test_anyone_may_read_the_schema_and_keep_it_for_a_while(system: System) -> None:
    answer = requests.get(f"{system.url}/schemas/model-diffs.json", timeout=30)
    assert answer.status_code == 200
    assert answer.text == json_schema()
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_other_answers_may_not_be_kept(system: System) -> None:
    connection = system.connect()
    path = f"/integrations/{connection.id}/diffs/unknown"
    answer = system.call("GET", path, connection.ci_token)
    assert answer.headers["Cache-Control"] == "no-store"

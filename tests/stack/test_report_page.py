"""The full report, read with the permissions that the deployed functions have."""

import re

import pytest
import requests

from tests.functional.data_diff_lines import different
from tests.stack.conftest import Repository

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("repository", ["cloud", "data_center"], indirect=True)
def test_the_link_in_the_comment_shows_the_full_report(repository: Repository) -> None:
    number, head = repository.open_pull_request()
    repository.until_posted(repository.submit(different(), commit=head))
    [(_, comment)] = repository.comments(number)
    [url] = set(re.findall(r"\((http[^)\s]+/reports/[^)\s]+)\)", comment))
    page = requests.get(url, timeout=60)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Encoding"] == "gzip"
    assert head in page.text
    data = requests.get(url, headers={"Accept": "application/json"}, timeout=60).json()
    assert (data["commit"], data["moved_on"]) == (head, False)
    assert len(data["history"]) == 1
    assert requests.get(f"{url[:-1]}_", timeout=60).status_code == 404

"""The configuration page as it is deployed, with all that it is made of."""

import pytest
import requests

from configuration_page.page import configuration_page
from local.stack import LocalStack

pytestmark = pytest.mark.stack


def test_the_page_is_deployed_with_its_policy(stack: LocalStack) -> None:
    answer = requests.get(f"{stack.api_url}/", timeout=60)
    assert answer.status_code == 200
    assert answer.text == configuration_page().html
    assert answer.headers["Content-Security-Policy"] == configuration_page().policy

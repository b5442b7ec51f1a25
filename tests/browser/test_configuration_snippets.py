"""The snippets that the configuration page offers are run as a CI system would run them."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page

from tests.browser.configuration_screens import Deployment, fill_in, sign_in
from tests.functional.bench import CLOUD, DATA_CENTER, Bench
from tests.functional.data_diff_lines import different

pytestmark = pytest.mark.browser

OFFERED = {
    CLOUD.provider: ["Bitbucket Pipelines", "Jenkins", "Plain curl"],
    DATA_CENTER.provider: ["Jenkins", "Plain curl"],
}


def commands(name: str, snippet: str) -> str:
    """What of a snippet a shell runs."""
    if name == "Bitbucket Pipelines":
        [step] = yaml.safe_load(snippet)["pipelines"]["pull-requests"]["**"]
        # The others make the results.
        return str(step["step"]["script"][-1])
    if name == "Jenkins":
        [script] = re.findall(r"sh '''(.*?)'''", snippet, re.DOTALL)
        # Groovy puts a line that ends in a backslash together with the next one.
        return str(script).replace("\\\n", "")
    return snippet


@pytest.mark.parametrize("bench", [CLOUD, DATA_CENTER], ids=["cloud", "data-center"])
def test_every_snippet_sends_results_that_are_reported(
    deployment: Deployment, admin: Page, tmp_path: Path, bench: Bench
) -> None:
    bitbucket = deployment.bitbucket
    sign_in(admin, deployment, "#/add")
    fill_in(admin, bench.address(bitbucket), bench.create_token(bitbucket))
    token = admin.locator(".once .value").inner_text()
    names = admin.locator(".snippets summary").all_inner_texts()
    assert names == OFFERED[bench.provider]
    (tmp_path / "diffs.jsonl").write_text(different())
    for name in names:
        opened = bitbucket.open_pull_request(bench.repository, title=name)
        snippet = admin.locator(f'pre[aria-label="{name} snippet"]').text_content() or ""
        # A checkout of the pull request's head, as far as the snippets look at it.
        git = tmp_path / "git"
        git.write_text(f"#!/bin/sh\necho {opened.head}\n")
        git.chmod(0o755)
        environment = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "DATA_DIFF_CI_TOKEN": token,
            "BITBUCKET_PR_ID": str(opened.id),
            "BITBUCKET_COMMIT": opened.head,
        }
        done = subprocess.run(
            ["/bin/sh", "-c", commands(name, snippet)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        bitbucket.wait_until_delivered()
        deployment.account.drain()
        assert len(bitbucket.comments(bench.repository, opened.id)) == 1, name

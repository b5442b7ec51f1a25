"""What `make demo` plays, on the stack of these tests."""

from pathlib import Path

import pytest

from local.bitbucket import BitbucketEmulator
from local.demo.bitbuckets import create_repositories
from local.demo.pull_request_life import PullRequestLife
from local.demo.snapshot import save_page
from local.demo.story import Story
from local.stack import LocalStack

pytestmark = pytest.mark.stack


def test_the_demo_says_on_both_bitbuckets_what_is_to_be_seen_and_keeps_its_pages(
    stack: LocalStack, bitbucket: BitbucketEmulator, tmp_path: Path
) -> None:
    lives = [
        PullRequestLife(repository, stack.api_url, stack.admin_token)
        for repository in create_repositories(bitbucket)
    ]
    said: list[str] = []
    Story(lives, tmp_path, said.append).tell()
    for life in lives:
        lines = [line for line in said if line.strip().startswith(life.repository.provider)]
        text = "\n".join(lines)
        assert text.index("Data diff failed") < text.index("Data diff passed with warnings")
        [failed, passed] = [line for line in lines if "Code Insights:" in line]
        assert "FAIL" in failed
        assert "Models failed: 1, Models that differ: 3 of 6" in failed
        assert "PASS" in passed
        assert len([line for line in lines if line.endswith(life.full_report)]) == 2
        kept = tmp_path / "kept" / "report.html"
        save_page(life.full_report, kept)
        assert life.head in kept.read_text()
        save_page(life.repository.page(life.number), kept)
        assert "<style>" in kept.read_text()
        assert 'rel="stylesheet"' not in kept.read_text()

"""What people see of results: verdict, build status, Code Insights and the full report."""

import re
from dataclasses import dataclass

import requests

from local.bitbucket.code_insights import InsightReport

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[Full report\]\((\S+)\)")


@dataclass(frozen=True)
class ShownResults:
    """The comment's Markdown, the build status in a line, and what Code Insights have."""

    comment: str
    build_status: str
    insights: InsightReport

    @property
    def verdict(self) -> str:
        """The comment's first words."""
        return _first(_BOLD, self.comment)

    @property
    def full_report(self) -> str:
        """Where the comment leads; empty if it leads nowhere."""
        return _first(_LINK, self.comment)

    def reported_commit(self) -> str:
        """Open the full report: the commit that it is about."""
        answer = requests.get(self.full_report, params={"format": "json"}, timeout=60)
        answer.raise_for_status()
        return str(answer.json()["commit"])

    def lines(self) -> list[str]:
        """All of it for a terminal."""
        return [
            f"Verdict:       {self.verdict}",
            f"Build status:  {self.build_status}",
            f"Code Insights: {self.insights.result} — {self._figures()}",
            f"Full report:   {self.full_report}",
        ]

    def _figures(self) -> str:
        return ", ".join(
            f"{field['title']}: {field['value']}{'%' * (field['type'] == 'PERCENTAGE')}"
            for field in self.insights.data
            if field["type"] != "LINK"
        )


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""

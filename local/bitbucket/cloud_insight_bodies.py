"""Reading what is said in Code Insights as strictly as Bitbucket Cloud does, or more so.

Recorded are the refusals of more than 100 annotations (sonarqube-community-branch-plugin#209), of a
long summary (reviewdog#1344) and of one without text (reviewdog#1285). The other lengths are what
Data Center allows, and the words for what else is refused were not recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.bitbucket.cloud_bodies import is_url
from local.bitbucket.cloud_errors import insights_refusal
from local.bitbucket.code_insights import ANNOTATION_TYPES, DATA_TYPES, fits

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]
MOST_AT_ONCE = 100
MOST_DATA_FIELDS = 10
LENGTHS = {"title": 450, "reporter": 450, "summary": 450, "details": 2000}
REPORT_CHOICES = {
    "report_type": ("SECURITY", "COVERAGE", "TEST", "BUG"),
    "result": ("PASSED", "FAILED", "PENDING"),
}
ANNOTATION_CHOICES = {
    "annotation_type": ANNOTATION_TYPES,
    "result": ("PASSED", "FAILED", "SKIPPED", "IGNORED"),
    "severity": ("CRITICAL", "HIGH", "MEDIUM", "LOW"),
}
# What a client sends back when it PUTs what it was given; it is ignored.
_READ_ONLY = {"type", "uuid", "created_on", "updated_on"}


def report(body: Json) -> Json:
    """A report, without what is null."""
    texts = {"title", "details", "reporter", "link", "logo_url", "external_id"}
    wanted = _read(
        body,
        texts | {"report_type", "result", "data", "remote_link_enabled"} | _READ_ONLY,
        needed=("title", "details", "report_type"),
        texts=texts,
        choices=REPORT_CHOICES,
    )
    if not isinstance(wanted.get("remote_link_enabled", False), bool):
        raise insights_refusal("remote_link_enabled is not true or false.")
    data = wanted.get("data", [])
    if not isinstance(data, list) or len(data) > MOST_DATA_FIELDS:
        message = f"data is not a list of at most {MOST_DATA_FIELDS} elements."
        raise insights_refusal(message)
    for field in data:
        _check_field(field)
    return wanted


def several_annotations(body: object) -> list[Json]:
    """Some annotations, each with an id of its own."""
    if not isinstance(body, list) or not body:
        message = "At least one annotation is required."
        raise insights_refusal(message)
    if len(body) > MOST_AT_ONCE:
        # With the slash, as recorded.
        message = f"Bulk upload supports a maximum of /{MOST_AT_ONCE} annotations."
        raise insights_refusal(message)
    wanted = [annotation(one) for one in body]
    if len({one["external_id"] for one in wanted}) < len(wanted):
        message = "The external_id of each annotation has to be unique."
        raise insights_refusal(message)
    return wanted


def annotation(body: object) -> Json:
    """One annotation, without what is null."""
    if not isinstance(body, dict):
        message = "An annotation is an object."
        raise insights_refusal(message)
    texts = {"external_id", "path", "summary", "details", "link"}
    wanted = _read(
        body,
        texts | {"annotation_type", "result", "severity", "line"} | _READ_ONLY,
        needed=("external_id", "annotation_type", "summary"),
        texts=texts,
        choices=ANNOTATION_CHOICES,
    )
    line = wanted.get("line", 1)
    if not isinstance(line, int) or isinstance(line, bool) or line < 1:
        message = "line is not a number from 1."
        raise insights_refusal(message)
    return wanted


def _read(
    body: Json,
    known: set[str],
    *,
    needed: Iterable[str],
    texts: set[str],
    choices: dict[str, tuple[str, ...]],
) -> Json:
    unknown = sorted(set(body) - known)
    if unknown:
        raise insights_refusal(f"{unknown[0]} is not known.")
    wanted = {
        name: value for name, value in body.items() if value is not None and name not in _READ_ONLY
    }
    for name in needed:
        if name not in wanted:
            raise insights_refusal(f"{name} is required.")
    for name in texts & set(wanted):
        _check_text(name, wanted[name])
    for name, words in choices.items():
        if name in wanted and wanted[name] not in words:
            raise insights_refusal(f"{name} is none of {', '.join(words)}.")
    return wanted


def _check_text(name: str, text: object) -> None:
    if not isinstance(text, str) or (name in LENGTHS and not text.strip()):
        raise insights_refusal(f"{name} is not a text.")
    if len(text) > LENGTHS.get(name, 2000):
        raise insights_refusal(f"{name} is longer than {LENGTHS.get(name, 2000)} characters.")
    if name in ("link", "logo_url") and not is_url(text):
        raise insights_refusal(f"{name} is not a URL.")


def _check_field(field: object) -> None:
    if not isinstance(field, dict) or set(field) - {"title", "type", "value"}:
        message = "An element of data has a title, a type and a value."
        raise insights_refusal(message)
    kind = field.get("type")
    if (
        not isinstance(field.get("title"), str)
        or not field["title"].strip()
        or (kind is not None and kind not in DATA_TYPES)
        or not fits(kind, field.get("value"), {"text", "href"})
    ):
        raise insights_refusal(f"{field.get('title')} is not an element of data as its type says.")

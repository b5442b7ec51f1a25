"""The documents say what is there: links, commands and names are compared with the code."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bitbucket_integration.report_settings import ReportSettings, Threshold
from comment.report_comment import SHORTENED
from local.bitbucket.control_api import OPERATIONS
from local.bitbucket.faults import FaultKind
from tests.deployed_template import ROOT, permissions, resources_of, routes, template
from tests.documents import DOCUMENTS, FENCED, blocks, name_of

SHIPPED = sorted(
    path for folder in ("functions", "layers") for path in (ROOT / folder).rglob("*.py")
)
BASH = shutil.which("bash") or "bash"
BASES = {"error", "bitbucket_error"}
"""The reasons of the errors' base classes, of which no error is raised."""

INDENTED = re.compile(r"(?:(?<=\n\n)|\A)(?:    \S.*\n)+")
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[\w/{}<>.\-]*)")
CAMEL_CASE = re.compile(r"(?:[A-Z][a-z]+){2,}")


def prose(document: Path) -> str:
    return FENCED.sub("", document.read_text())


def inline_code() -> set[str]:
    return {code for document in DOCUMENTS for code in INLINE.findall(prose(document))}


def commands() -> str:
    """All that a reader may type, a command a line."""
    indented = [text for one in DOCUMENTS for text in INDENTED.findall(prose(one))]
    fenced = [block.text for block in blocks("bash")]
    return "\n".join([*fenced, *indented, *inline_code()])


def scripts() -> Iterator[tuple[str, str]]:
    """All shell code, with the document that it is in."""
    for block in blocks("bash"):
        yield block.document, block.text
    for document in DOCUMENTS:
        for text in INDENTED.findall(prose(document)):
            yield name_of(document), text
    for block in blocks("yaml"):
        for line in pipeline_lines(yaml.safe_load(block.text)):
            yield block.document, line


def pipeline_lines(value: Any) -> Iterator[str]:
    """The lines of every `script` in a bitbucket-pipelines.yml."""
    if isinstance(value, dict):
        yield from value.get("script", [])
        for inner in value.values():
            yield from pipeline_lines(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pipeline_lines(inner)


def rows(document: str, *headers: str) -> list[list[str]]:
    """The rows of all tables in a document that begin with these headers, as plain cells."""
    found: list[list[str]] = []
    inside = False
    for line in (ROOT / document).read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif tuple(cells[: len(headers)]) == headers:
            inside = True
        elif inside and not cells[0].startswith("---"):
            found.append(cells)
    return found


def headings(document: Path) -> set[str]:
    """The anchors of a document, as GitHub and Bitbucket make them."""
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def shipped_text() -> str:
    return "\n".join(path.read_text() for path in SHIPPED)


@cache
def strings() -> frozenset[str]:
    """Every string in what is shipped."""
    trees = [ast.parse(path.read_text()) for path in SHIPPED]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return frozenset(node.value for node in nodes if isinstance(node.value, str))


def error_reasons() -> set[str]:
    """The `reason` of every error class in what is shipped."""
    return {
        str(ast.literal_eval(statement.value))
        for path in SHIPPED
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id.endswith("Error") for base in node.bases)
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        and statement.value
        and "reason" in ast.unparse(statement).split("=")[0]
    }


def documented_reasons() -> set[str]:
    tables = [rows(name_of(one), "Reason") for one in DOCUMENTS]
    reasons = {row[0] for table in tables for row in table}
    return reasons | {row[1] for row in rows("docs/ci.md", "Status", "Reason") if row[1]}


def documented_metrics() -> set[str]:
    cells = [row[1] for row in rows("docs/operations.md", "Service", "Metrics")]
    return set(re.findall(r"\w+", " ".join(cells)))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_and_images_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(prose(document)):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        assert file.is_relative_to(ROOT), target
        assert not anchor or anchor in headings(file), target


def test_every_document_and_image_is_linked_to() -> None:
    linked = {
        (document.parent / target.partition("#")[0]).resolve()
        for document in DOCUMENTS
        for target in LINK.findall(prose(document))
    }
    images = (ROOT / "docs" / "images").iterdir()
    assert {*DOCUMENTS, *images} - linked - {ROOT / "README.md"} == set()


def test_every_make_target_and_variable_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    used = re.findall(r"^\s*make ([a-z-]+)((?: [A-Z_]+=)?)", commands(), re.MULTILINE)
    assert {"demo", "test", "check", "local", "deploy", "sam-local"} <= {name for name, _ in used}
    for target, variable in used:
        assert target in targets
        assert not variable or f"$({variable.strip(' =')})" in makefile


def test_every_name_in_camel_case_exists() -> None:
    classes = re.findall(r"^class (\w+)", shipped_text(), re.MULTILINE)
    sections = (template()[kind] for kind in ("Parameters", "Outputs", "Resources"))
    known = set().union(*sections, classes, strings(), documented_metrics())
    named = {code for code in inline_code() if CAMEL_CASE.fullmatch(code)}
    assert named - known == set()


@pytest.mark.parametrize("kind", ["Parameters", "Outputs"])
def test_the_tables_of_parameters_and_outputs_are_the_templates(kind: str) -> None:
    listed = [row[0] for row in rows("docs/operations.md", kind.removesuffix("s"))]
    assert listed == list(template()[kind])


def test_the_defaults_of_parameters_are_the_templates() -> None:
    for name, default, *_ in rows("docs/operations.md", "Parameter", "Default"):
        value = template()["Parameters"][name]["Default"]
        shown = "Bitbucket's own" if name == "BitbucketCloudApiUrl" else value
        assert default == (str(shown) or "none"), name


def test_the_table_of_settings_is_what_integrations_take() -> None:
    defaults = ReportSettings().model_dump(mode="json")
    settings = [
        [name, plainly(defaults[name]), field.description]
        for name, field in ReportSettings.model_fields.items()
    ]
    assert rows("docs/reports.md", "Setting", "Default") == settings


def plainly(default: Any) -> str:
    if isinstance(default, str):
        return default
    return "none" if default == [] else json.dumps(default)


def test_the_table_of_limits_is_what_thresholds_take() -> None:
    limits = [
        [name, (field.description or "").removesuffix(".")]
        for name, field in Threshold.model_fields.items()
        if name != "models"
    ]
    assert rows("docs/reports.md", "Limit") == limits


def test_every_setting_that_documents_name_exists() -> None:
    [example] = [block.text for block in blocks("json") if block.document == "docs/reports.md"]
    assert ReportSettings.model_validate_json(example).thresholds


def test_the_table_of_steps_is_how_comments_are_shortened() -> None:
    steps = [
        [str(step), str(one.findings), str(one.sections or "none"), one.section.columns]
        for step, one in enumerate(SHORTENED, 1)
    ]
    told = [
        [*row[:3], int(re.sub(r"\D", "", row[3]) or 0)] for row in rows("docs/reports.md", "Step")
    ]
    assert told == steps


def test_every_alarm_is_explained() -> None:
    listed = [row[0] for row in rows("docs/operations.md", "Alarm")]
    assert sorted(listed) == sorted(resources_of("AWS::CloudWatch::Alarm"))


def test_the_table_of_permissions_is_the_templates() -> None:
    granted = [
        [name.removesuffix("Role").lower(), statement["Action"]]
        for name in resources_of("AWS::IAM::Role")
        for _, statement in permissions(name.removesuffix("Role"))
        if statement["Effect"] == "Allow"
    ]
    assert [row[:2] for row in rows("docs/operations.md", "Function", "Action")] == granted


def test_every_metric_is_listed() -> None:
    counted = set(re.findall(r'add_metric\(\s*"(\w+)"', shipped_text()))
    outcomes = {
        "WebhookQueued",
        "WebhookIgnored",
        "WebhookPing",
        "WebhookPaused",
    }  # named after what became of the event
    assert documented_metrics() == counted | outcomes


def test_every_route_is_documented_and_exists() -> None:
    def plain(path: str) -> str:
        return re.sub(r"\{\w+\}|<\w+>", "{}", path)

    called = {
        (method, plain(path.rstrip(".")))
        for document in DOCUMENTS
        for method, path in CALL.findall(document.read_text())
        if not path.startswith("/_control")
    }
    assert called == {(route.method, plain(route.path)) for route in routes()}


def test_every_reason_is_documented_and_exists() -> None:
    assert error_reasons() - BASES - documented_reasons() == set()
    assert documented_reasons() - strings() == set()


def test_the_emulators_operations_and_faults_exist() -> None:
    used = set(re.findall(r"^control (\w+)", commands(), re.MULTILINE))
    assert used
    assert used <= set(OPERATIONS)
    assert {row[0] for row in rows("docs/local.md", "Kind")} == set(FaultKind)


@pytest.mark.parametrize(("document", "script"), list(scripts()))
def test_shell_code_parses(document: str, script: str) -> None:
    done = subprocess.run([BASH, "-n"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_yaml_and_json_parse() -> None:
    for block in blocks("yaml"):
        assert yaml.safe_load(block.text), block.document
    for block in blocks("json"):
        assert json.loads(block.text), block.document


@pytest.mark.parametrize(
    ("heading", "schema"),
    [
        ("Bitbucket Pipelines", "vendor.bitbucket-pipelines"),
        ("A mirror on GitHub", "vendor.github-workflows"),
    ],
)
def test_a_pipeline_is_what_its_ci_system_takes(heading: str, schema: str, tmp_path: Path) -> None:
    [pipeline, *_] = [one.text for one in blocks("yaml") if one.heading == heading]
    (tmp_path / "pipeline.yml").write_text(pipeline)
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, "pipeline.yml"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_block_says_its_language() -> None:
    languages = {language for one in DOCUMENTS for language, _ in FENCED.findall(one.read_text())}
    assert languages <= {"bash", "groovy", "json", "text", "yaml"}


def test_the_map_of_the_house_is_true() -> None:
    [tree] = [block.text for block in blocks("text") if block.document == "CONTRIBUTING.md"]
    listed: set[Path] = set()
    above: list[str] = []
    for line in tree.splitlines():
        name, says = line.split(maxsplit=1) if " " in line.strip() else (line.strip(), "")
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], name]
        path = ROOT.joinpath(*above)
        assert path.is_dir() if name.endswith("/") else path.is_file(), path
        assert says or name.endswith("/"), path
        listed.add(path)
    code = [
        path
        for top in ("functions", "layers", "local", "tests")
        for path in (ROOT / top).rglob("*.py")
    ]
    assert {path.parent for path in code} - listed == set()
    assert {path for path in SHIPPED if path.is_relative_to(ROOT / "functions")} <= listed

import importlib.util
from pathlib import Path

import pytest

from local.stack import LocalStack, deployment
from tests.deployed_template import ROOT

pytestmark = pytest.mark.stack

PARTS = [
    "CommonLayer",
    "ConfigureFunction",
    "WebhookFunction",
    "DiffsFunction",
    "ReportFunction",
    "SweepFunction",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deployment.build(tmp_path_factory.mktemp("build")).parent


@pytest.mark.parametrize("part", PARTS)
def test_every_module_that_is_deployed_has_bytecode_for_the_runtimes_python(
    built: Path, part: str
) -> None:
    modules = list((built / part).rglob("*.py"))
    assert modules
    missing = [
        module for module in modules if not Path(importlib.util.cache_from_source(module)).exists()
    ]
    assert missing == []


def test_bytecode_is_bound_to_the_sources_content_since_their_dates_get_lost(built: Path) -> None:
    unchecked_hash = 0b01
    for bytecode in (built / "CommonLayer").rglob("*.pyc"):
        flags = int.from_bytes(bytecode.read_bytes()[4:8], "little")
        assert flags == unchecked_hash, bytecode


@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
@pytest.mark.parametrize("module", ["pydantic_core/_pydantic_core", "markupsafe/_speedups"])
def test_the_layer_serves_both_processors(built: Path, module: str, processor: str) -> None:
    libraries = built / "CommonLayer" / "python"
    assert (libraries / f"{module}.cpython-313-{processor}-linux-gnu.so").is_file()


def test_the_full_report_has_its_templates(built: Path) -> None:
    source = ROOT / "functions" / "diffs" / "full_report" / "templates"
    wanted = {path.name: path.read_bytes() for path in source.iterdir()}
    found = (built / "DiffsFunction" / "full_report" / "templates").iterdir()
    assert {path.name: path.read_bytes() for path in found} == wanted


def test_what_building_and_deploying_leave_is_in_the_runs_folder(
    stack: LocalStack, machines_temporary_folder: Path
) -> None:
    assert list(machines_temporary_folder.iterdir()) == []

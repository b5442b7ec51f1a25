"""The locks say what pyproject.toml says. Resolving anew would drift, so they are compared."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPOSITORY = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
WANTED: dict[str, list[str]] = {
    "layers/common/requirements.txt": PYPROJECT["project"]["dependencies"],
} | {f"requirements/{name}.txt": group for name, group in PYPROJECT["dependency-groups"].items()}
SHARING_AN_ENVIRONMENT = (
    "layers/common/requirements.txt",
    "requirements/build.txt",
    "requirements/dev.txt",
)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, Version]:
    found = PINNED.findall((REPOSITORY / lock).read_text())
    return {canonicalize_name(name): Version(version) for name, version in found}


@pytest.mark.parametrize("lock", WANTED)
def test_pins_what_is_asked_for(lock: str) -> None:
    pinned = pins(lock)
    for requirement in map(Requirement, WANTED[lock]):
        name = canonicalize_name(requirement.name)
        assert name in pinned, "`make requirements` has not been run"
        assert pinned[name] in requirement.specifier


@pytest.mark.parametrize("lock", WANTED)
def test_every_pin_has_its_hashes(lock: str) -> None:
    pinned = re.split(r"\n(?=\S)", (REPOSITORY / lock).read_text().strip())
    entries = [entry for entry in pinned if not entry.startswith("#")]
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", WANTED)
def test_names_no_address(lock: str) -> None:
    text = (REPOSITORY / lock).read_text()
    assert "://" not in text
    assert "index-url" not in text


def test_locks_of_one_environment_agree() -> None:
    together: dict[str, Version] = {}
    for lock in SHARING_AN_ENVIRONMENT:
        for name, version in pins(lock).items():
            assert together.setdefault(name, version) == version, name


def test_every_lock_is_known() -> None:
    locks = {f"requirements/{path.name}" for path in (REPOSITORY / "requirements").iterdir()}
    assert locks == set(WANTED) - {"layers/common/requirements.txt"}

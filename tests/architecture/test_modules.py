from collections import Counter
from pathlib import Path

from tests.deployed_template import ROOT

FUNCTIONS = sorted(path for path in (ROOT / "functions").iterdir() if path.is_dir())


def test_no_two_functions_have_a_module_of_the_same_name() -> None:
    # Tests and type checker see all of them on one path; Lambda sees one function's.
    names = Counter(name for folder in FUNCTIONS for name in _modules(folder))
    assert [name for name, times in names.items() if times > 1] == []


def test_a_functions_entry_is_named_after_it() -> None:
    for folder in FUNCTIONS:
        entry = folder / f"{folder.name}.py"
        assert "def lambda_handler(" in entry.read_text()


def test_no_function_imports_a_module_of_another() -> None:
    modules = {folder: _modules(folder) for folder in FUNCTIONS}
    for folder in FUNCTIONS:
        others = set().union(*(names for other, names in modules.items() if other != folder))
        for path in folder.rglob("*.py"):
            imported = _imported(path)
            assert not imported & others, path


def test_only_a_functions_entry_takes_the_time_and_the_environment() -> None:
    # So tests make a new environment by loading this one module anew.
    for folder in FUNCTIONS:
        for path in folder.rglob("*.py"):
            assert path.stem == folder.name or not _imported(path) & {"os", "time"}, path


def _modules(folder: Path) -> set[str]:
    packages = {path.parent.name for path in folder.glob("*/*.py")}
    return {path.stem for path in folder.glob("*.py")} | packages


def _imported(path: Path) -> set[str]:
    lines = path.read_text().splitlines()
    words = [line.split() for line in lines if line.startswith(("import ", "from "))]
    return {word[1].split(".")[0] for word in words}

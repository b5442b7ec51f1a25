import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration_page.page import configuration_page
from tests.deployed_template import ROOT

FOLDER = ROOT / "functions" / "configure" / "configuration_page"
MODULES = sorted(FOLDER.glob("*.js"))
IMPORT = re.compile(r'^import \{ ([^}]*) \} from "\./(\w+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)


def imports(module: Path) -> Iterator[tuple[str, set[str]]]:
    for names, source in IMPORT.findall(module.read_text()):
        yield source, set(names.split(", "))


def inlined(tag: str) -> str:
    [text] = re.findall(f"<{tag}[^>]*>(.*?)</{tag}>", configuration_page().html, re.DOTALL)
    return str(text)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_imports_what_another_exports(module: Path) -> None:
    text = module.read_text()
    assert len(IMPORT.findall(text)) == len(re.findall(r"^import\b", text, re.MULTILINE))
    for source, names in imports(module):
        assert names <= set(EXPORT.findall((FOLDER / source).read_text())), source
        for name in names:
            assert re.search(rf"\b{name}\b", IMPORT.sub("", text)), f"{name} is not used"


def test_no_two_modules_give_the_same_name() -> None:
    names = [name for module in MODULES for name in DECLARED.findall(module.read_text())]
    assert len(names) == len(set(names))


def test_every_export_is_imported_somewhere() -> None:
    exported = {name for module in MODULES for name in EXPORT.findall(module.read_text())}
    assert exported == {
        name for module in MODULES for _, names in imports(module) for name in names
    }


def test_the_script_has_every_module_once_and_after_those_that_it_imports() -> None:
    script = inlined("script")
    places = {}
    for module in MODULES:
        [*declared] = DECLARED.findall(module.read_text())
        last = declared[-1]
        found = [
            match.start()
            for match in re.finditer(
                rf"^(?:async )?(?:function|class|const|let) {last}\b", script, re.MULTILINE
            )
        ]
        assert len(found) == 1, module.name
        places[module.name] = found[0]
    for module in MODULES:
        for source, _ in imports(module):
            assert places[source] < places[module.name]
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)


@pytest.mark.parametrize(("tag", "directive"), [("style", "style-src"), ("script", "script-src")])
def test_the_policy_allows_what_is_in_the_page_and_nothing_else(tag: str, directive: str) -> None:
    digest = base64.b64encode(hashlib.sha256(inlined(tag).encode()).digest()).decode()
    directives = dict(one.split(" ", 1) for one in configuration_page().policy.split("; "))
    assert directives[directive] == f"'sha256-{digest}'"


def test_the_policy_lets_the_page_talk_to_its_own_api_alone() -> None:
    directives = dict(one.split(" ", 1) for one in configuration_page().policy.split("; "))
    assert {name: value for name, value in directives.items() if "sha256" not in value} == {
        "default-src": "'none'",
        "connect-src": "'self'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "img-src": "data:",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_the_page_refers_to_nothing_that_would_have_to_be_loaded() -> None:
    document = configuration_page().html.replace(inlined("script"), "")
    assert set(re.findall(r'(?:src|href)="([^"#]*)', document)) == {"data:,", ""}
    assert "@import" not in document
    assert "url(" not in document

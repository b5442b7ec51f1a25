"""template.yaml as tests see it: what is deployed is what is tested, and nothing is typed twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (`!Ref x`) as their long ones (`{"Ref": x}`)."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _intrinsic)


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    text = (ROOT / "template.yaml").read_text()
    loaded: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 a SafeLoader with more tags
    return loaded


def resource(name: str) -> dict[str, Any]:
    """A resource's properties."""
    properties: dict[str, Any] = template()["Resources"][name]["Properties"]
    return properties


def resources_of(kind: str) -> dict[str, dict[str, Any]]:
    """All resources of a type, with their properties."""
    return {
        name: definition.get("Properties", {})
        for name, definition in template()["Resources"].items()
        if definition["Type"] == kind
    }


@dataclass(frozen=True)
class Route:
    """A method and path of the API, and the function behind it."""

    method: str
    path: str
    function: str


def routes() -> Iterator[Route]:
    """All routes that the template gives to functions."""
    for name, properties in resources_of("AWS::Serverless::Function").items():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "Api":
                wanted = event["Properties"]
                yield Route(wanted["Method"], wanted["Path"], name)


def permissions(function: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A function's statements, each after the condition under which it holds; empty: always."""
    for policy in resource(f"{function}Role")["Policies"]:
        condition, given, _ = policy.get("Fn::If", ("", policy, None))
        for statement in given["PolicyDocument"]["Statement"]:
            yield condition, statement

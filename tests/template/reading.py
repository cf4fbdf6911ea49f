"""A template as CloudFormation has it for chosen parameters: conditions decided, parameters put in."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
NOTHING = {"Ref": "AWS::NoValue"}


class _Loader(yaml.SafeLoader):
    """The short forms as the long ones."""


def _long(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long)


@cache
def _written(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((ROOT / name).read_text(), _Loader)
    return found


class Template:
    """A template with chosen parameters."""

    def __init__(self, name: str = "template.yaml", **chosen: str) -> None:
        self.written = _written(name)
        self.parameters = {name: str(about.get("Default", "")) for name, about in self.written["Parameters"].items()}
        assert chosen.keys() <= self.parameters.keys()
        self.parameters |= chosen
        self.resources = {name: self._made(one) for name, one in self._there("Resources")}
        self.outputs = {name: self._made(one) for name, one in self._there("Outputs")}

    def properties(self, name: str) -> Any:
        """What a resource is to be."""
        return self.resources[name]["Properties"]

    def of_type(self, kind: str) -> dict[str, Any]:
        """The resources of a type."""
        return {name: one for name, one in self.resources.items() if one["Type"] == kind}

    def broken_rules(self) -> list[str]:
        """What the rules say against these parameters."""
        found = []
        for rule in self.written.get("Rules", {}).values():
            if not self._holds(rule.get("RuleCondition", {"Fn::Equals": ["", ""]})):
                continue
            found += [one["AssertDescription"] for one in rule["Assertions"] if not self._holds(one["Assert"])]
        return found

    def named(self) -> Iterator[str]:
        """Every resource or parameter that is referred to by what there is."""
        for one in (*self.resources.values(), *self.outputs.values()):
            yield from _named(one)

    def _there(self, part: str) -> Iterator[tuple[str, Any]]:
        for name, one in self.written[part].items():
            if self._holds({"Condition": one["Condition"]} if "Condition" in one else {"Fn::Equals": ["", ""]}):
                yield name, one

    def _holds(self, condition: dict[str, Any]) -> bool:
        ((kind, asked),) = condition.items()
        if kind == "Condition":
            return self._holds(self.written["Conditions"][asked])
        if kind == "Fn::Equals":
            one, other = (str(self._made(side)) for side in asked)
            return one == other
        if kind == "Fn::Not":
            return not self._holds(asked[0])
        if kind == "Fn::And":
            return all(map(self._holds, asked))
        assert kind == "Fn::EachMemberEquals", kind
        members, wanted = asked
        return all(one == wanted for one in str(self._made(members)).split(","))

    def _made(self, value: Any) -> Any:
        if isinstance(value, list):
            return [made for one in value if (made := self._made(one)) != NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, asked),) = value.items()
            decide = {
                "Fn::If": self._chosen,
                "Fn::Sub": self._put_in,
                "Fn::Join": self._joined,
                "Fn::Split": self._split,
            }
            if name in decide:
                return decide[name](asked)
            if name == "Ref":
                return self.parameters.get(asked, value)
        return {name: made for name, one in value.items() if (made := self._made(one)) != NOTHING}

    def _chosen(self, asked: list[Any]) -> Any:
        condition, then, otherwise = asked
        return self._made(then if self._holds({"Condition": condition}) else otherwise)

    def _split(self, asked: list[Any]) -> list[str]:
        delimiter, text = asked
        return str(self._made(text)).split(delimiter)

    def _put_in(self, asked: Any) -> Any:
        text, more = (asked, {}) if isinstance(asked, str) else asked
        for name, value in {**self.parameters, **{name: self._made(one) for name, one in more.items()}}.items():
            text = text.replace(f"${{{name}}}", str(value))
        return {"Fn::Sub": text} if "${" in text else text

    def _joined(self, asked: list[Any]) -> str:
        delimiter, values = asked
        made = self._made(values)
        if isinstance(made, str):
            made = made.split(",")  # a list of texts, as it is written
        return str(delimiter.join(made))


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "Ref":
                yield one.partition(".")[0]
            elif name == "Fn::GetAtt":
                yield one[0].partition(".")[0]
            elif name == "Fn::Sub":
                yield from (part.partition("}")[0].partition(".")[0] for part in one.split("${")[1:])
            else:
                yield from _named(one)


def named(value: Any) -> set[str]:
    """What is referred to in a part of a template."""
    return set(_named(value))

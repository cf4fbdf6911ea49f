"""Lint what sam makes of the templates with every parameter set and unset; ``make check`` does.

``sam validate --lint`` and ``cfn-lint`` look at every condition both ways, but not at values that are set, and not at
what these are translated to.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import cfnlint.api
from cfnlint.config import ManualArgs
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from tests.template.parameters import EDGE_SETS, LINTED


class NoPolicies:
    """We name none of AWS's managed policies by its short name."""

    def load(self) -> dict[str, str]:
        """None of them."""
        return {}


def translated(path: Path, chosen: dict[str, str]) -> dict[str, Any]:
    """The template as CloudFormation gets it, each parameter's default being what was chosen."""
    template: dict[str, Any] = yaml_parse(path.read_text())
    for name, value in chosen.items():
        about = template["Parameters"][name]
        about["Default"] = int(value) if about["Type"] == "Number" else value
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://packages/ringpost"
    values = {name: about.get("Default") for name, about in template["Parameters"].items()}
    made: dict[str, Any] = transform(template, values, NoPolicies())
    return made


def main() -> int:
    """Say what is wrong, and with which values: how much that is."""
    logging.disable(logging.WARNING)
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    root, wrong = Path(__file__).parents[2], 0
    for name, sets in (("template.yaml", LINTED), ("template-cloudfront.yaml", EDGE_SETS)):
        for chosen in sets:
            found = cfnlint.api.lint(
                json.dumps(translated(root / name, chosen)), config=ManualArgs(regions=["us-east-1"])
            )
            for match in found:
                print(f"{name} with {chosen}: {match}")  # noqa: T201 - what it is for
            wrong += len(found)
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(), 1))

"""The sentences that the rules of values were developed against: what was right stays right."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.bot.nlu.values.understood import understood

FILES = sorted(Path(__file__).parents[1].glob("values_development*.yml"))
CASES = [
    case
    for file in FILES
    for case in YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))["cases"]
]


def _comparable(entity: str, found: list[Any]) -> list[Any]:
    flat = [one for value in found for one in (value if isinstance(value, list) else [value])]
    return [Decimal(str(one)) if entity == "amount" else str(one) for one in flat]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['entity']} {case['text']}")
def test_the_value_is_found(case: dict[str, Any]) -> None:
    found = [value for entity, value in understood(case["text"]) if entity == case["entity"]]
    wanted = [] if case["value"] is None else [case["value"]]
    assert _comparable(case["entity"], found) == _comparable(case["entity"], wanted)

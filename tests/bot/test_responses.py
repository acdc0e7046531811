"""The domain's sentences through Rasa's own interpolation: they take their values, and buttons stay as they were written."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rasa.core.nlg import interpolator
from rasa.shared.core.domain import Domain

ROOT = Path(__file__).parents[2]
RESPONSES = Domain.load(ROOT / "domain.yml").responses
_PLACE = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("name", RESPONSES)
def test_rasa_fills_each_sentence_without_a_complaint(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    complaints: list[dict[str, Any]] = []
    monkeypatch.setattr(
        interpolator.structlogger, "exception", lambda *_, **about: complaints.append(about)
    )
    for variation in RESPONSES[name]:
        places = set(_PLACE.findall(json.dumps(variation, ensure_ascii=False)))
        filled = interpolator.interpolate(copy.deepcopy(variation), dict.fromkeys(places, "8"))
        for button in filled.get("buttons", []):
            payload = re.fullmatch(r"/\w+(\{.*\})?", button["payload"])
            assert payload is not None, button
            assert isinstance(json.loads(payload[1] or "{}"), dict)
        assert not _PLACE.search(json.dumps(filled, ensure_ascii=False))
    assert complaints == []

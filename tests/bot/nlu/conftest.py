"""A small operator for the tests of understanding."""

import json
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.nlu.lexicon import Lexicon

LEXICON: dict[str, list[dict[str, Any]]] = {
    "plan": [
        {"id": "p29", "name": "孝心29", "synonyms": ["29套餐", "老人套餐"]},
        {"id": "p59", "name": "畅享59", "synonyms": ["59套餐", "59那个", "59块的", "五十九块的"]},
        {"id": "p129", "name": "畅享129", "synonyms": ["129套餐", "129那个"]},
    ],
    "addon": [
        {"id": "crbt", "name": "彩铃", "synonyms": ["彩铃业务"]},
        {"id": "data_10g", "name": "10GB流量月包", "synonyms": ["10G流量包"]},
    ],
    "charge_item": [{"id": "crbt_fee", "name": "彩铃月使用费", "synonyms": ["彩铃费"]}],
    "area": [{"id": "xingfuli", "name": "幸福里", "synonyms": ["幸福里小区"]}],
    "store": [{"id": "s_xingfu", "name": "幸福路营业厅", "synonyms": []}],
    "country": [
        {"id": "MY", "name": "马来西亚", "synonyms": ["大马"]},
        {"id": "JP", "name": "日本", "synonyms": []},
    ],
    "device_symptom": [
        {"id": "ont_los_red", "name": "光猫亮红灯", "synonyms": ["亮红灯", "LOS灯红"]},
        {"id": "ont_power_off", "name": "光猫不通电", "synonyms": []},
    ],
}


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The small operator's names."""
    return Lexicon.parse(LEXICON)


@pytest.fixture
def lexicon_file(tmp_path: Path) -> Path:
    """The same as a file."""
    path = tmp_path / "lexicon.json"
    path.write_text(json.dumps(LEXICON, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    """Where components keep what they trained."""
    folder = tmp_path / "storage"
    folder.mkdir()
    return LocalModelStorage.create(folder)


@pytest.fixture(scope="session")
def context() -> ExecutionContext:
    """The graph run that components are told of."""
    return ExecutionContext(GraphSchema({}))

"""The components in a Rasa project: trained from a configuration, packed, loaded elsewhere."""

import asyncio
import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.shared.utils.io import read_config_file

ROOT = Path(__file__).resolve().parents[3]
NLU = """\
version: "3.1"
nlu:
- intent: query_bill
  examples: |
    - 查下[上个月](month)话费
    - [8月](month)账单
- intent: change_plan
  examples: |
    - 换成[畅享59](plan)
    - 帮我改[129套餐](plan)
- intent: report_broadband_fault
  examples: |
    - [灯全灭了]{"entity": "device_symptom", "value": "ont_power_off"}
    - 宽带断了，[亮红灯](device_symptom)
- intent: inform
  examples: |
    - [8月](month)
    - [13800138000](phone_number)
    - 号码[13900139000](phone_number)
"""
DOMAIN = """\
version: "3.1"
intents: [query_bill, change_plan, report_broadband_fault, inform]
entities: [month, plan, device_symptom, phone_number]
"""


@pytest.fixture
def project(tmp_path: Path, lexicon_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the repository's pipeline and little data, in which Rasa is run."""
    config = (ROOT / "config.yml").read_text(encoding="utf-8").split("\npolicies:")[0]
    config = config.replace("data/demo/lexicon.json", "lexicon.json")
    config = config.replace("data/wishes.yml", str(ROOT / "data/wishes.yml"))
    (tmp_path / "config.yml").write_text(config + "\npolicies: []\n", encoding="utf-8")
    (tmp_path / "nlu.yml").write_text(NLU, encoding="utf-8")
    (tmp_path / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_train_pack_and_understand(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        # The filter that bot/nlu/lexicon_extractor.py sets.
        warnings.filterwarnings(
            "ignore", message="You have defined training data consisting of entity"
        )
        archive = train_nlu("config.yml", "nlu.yml", "models", domain="domain.yml")
    assert [str(item.message) for item in caught if "rasa" in item.filename] == []
    assert archive is not None

    elsewhere = tmp_path_factory.mktemp("server")
    shutil.copy(archive, elsewhere / "model.tar.gz")
    (project / "lexicon.json").unlink()
    agent = Agent.load(str(elsewhere / "model.tar.gz"))

    def parse(text: str) -> dict[str, Any]:
        return asyncio.run(agent.parse_message(text))

    bill = parse("查下6月到8月的话费")
    assert bill["intent"]["name"] == "query_bill"
    assert [entity["entity"] for entity in bill["entities"]] == ["month"]
    assert len(bill["entities"][0]["value"]) == 3
    assert [entity["value"] for entity in parse("我家灯全灭了")["entities"]] == ["ont_power_off"]
    assert parse("13800138000")["intent"]["name"] == "inform"
    assert parse("換成暢享５９")["entities"][0]["value"] == "p59"
    assert parse("")["intent"]["name"] == "nlu_fallback"
    assert parse("<script>alert(1)</script>' OR 1=1 --")["intent"]["name"]
    for long in ("查" * 5000, "一" * 5000, "59和" * 1500):
        assert parse(long)["intent"]["name"]


def test_the_repositorys_pipeline_names_its_components() -> None:
    names = [item["name"] for item in read_config_file(str(ROOT / "config.yml"))["pipeline"]]
    assert [name.rsplit(".", 1)[-1] for name in names] == [
        "LexiconTokenizer",
        "LexiconEntityExtractor",
        "ValueEntityExtractor",
        "EntitySynonymMapper",
        "HybridIntentClassifier",
        "WholeValueClassifier",
        "BareTopicClassifier",
        "FallbackClassifier",
    ]

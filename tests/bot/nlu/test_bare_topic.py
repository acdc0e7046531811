"""A message that is a topic and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.bare_topic import BareTopicClassifier

WISHES = Path(__file__).resolve().parents[3] / "data" / "wishes.yml"


@pytest.fixture
def component(storage: LocalModelStorage, context: ExecutionContext) -> BareTopicClassifier:
    """As a server has it: trained by one instance, loaded by another that has no file."""
    config: dict[str, Any] = {**BareTopicClassifier.get_default_config(), "wishes": str(WISHES)}
    resource = Resource("topics")
    BareTopicClassifier.create(config, storage, resource, context).train(TrainingData())
    return BareTopicClassifier.load({**config, "wishes": "gone.yml"}, storage, resource, context)


def understood(component: BareTopicClassifier, text: str) -> Message:
    ranking = [{"name": "top_up", "confidence": 0.6}, {"name": "query_usage", "confidence": 0.3}]
    message = Message({"text": text, "intent": ranking[0], "intent_ranking": ranking})
    (message,) = component.process([message])
    return message


@pytest.mark.parametrize(
    ("text", "intent", "topic"),
    [
        ("流量", "query_usage", "流量"),
        ("流量。", "query_usage", "流量"),
        ("你好，流量呢？", "query_usage", "流量"),
        ("我想问一下宽带的事", "report_broadband_fault", "宽带"),
        ("話費", "query_balance", "话费"),
        ("SIM卡", "replace_sim", "sim卡"),
        ("漫游业务", "open_roaming", "漫游"),
    ],
)
def test_a_topic_is_its_commonest_wish_to_be_asked_back(
    component: BareTopicClassifier, text: str, intent: str, topic: str
) -> None:
    message = understood(component, text)
    assert message.get("intent")["name"] == intent
    assert message.get("intent_ranking")[0]["name"] == intent
    assert sum(one["confidence"] for one in message.get("intent_ranking")) == pytest.approx(1)
    (entity,) = message.get("entities")
    assert (entity["entity"], entity["value"]) == ("bare_topic", topic)
    assert entity["end"] - entity["start"] == len(topic)


@pytest.mark.parametrize(
    "text", ["查流量", "我的套餐", "流量和话费", "宽带断了", "流量包月", "", "129套餐"]
)
def test_whoever_says_more_wants_something(component: BareTopicClassifier, text: str) -> None:
    message = understood(component, text)
    assert message.get("intent")["name"] == "top_up"
    assert not message.get("entities")


def test_without_a_file_no_topic_is_known(
    storage: LocalModelStorage, context: ExecutionContext
) -> None:
    config, resource = BareTopicClassifier.get_default_config(), Resource("none")
    BareTopicClassifier.create(config, storage, resource, context).train(TrainingData())
    loaded = BareTopicClassifier.load(config, storage, resource, context)
    assert understood(loaded, "流量").get("intent")["name"] == "top_up"


def test_another_file_is_another_model(tmp_path: Path) -> None:
    other = tmp_path / "wishes.yml"
    other.write_text(WISHES.read_text(encoding="utf-8").replace("国际漫游,", ""), encoding="utf-8")
    before, after = (
        BareTopicClassifier.fingerprint_addon({"wishes": str(file)}) for file in (WISHES, other)
    )
    assert before != after

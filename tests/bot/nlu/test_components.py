"""The Rasa components: trained, packed, loaded, run."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.intent_classifier import HybridIntentClassifier
from bot.nlu.lexicon import LexiconError
from bot.nlu.lexicon_extractor import LexiconEntityExtractor
from bot.nlu.tokenizer import LexiconTokenizer
from bot.nlu.value_extractor import ValueEntityExtractor
from bot.nlu.whole_value import WholeValueClassifier
from tests.bot.nlu.conftest import LEXICON

TODAY = "2026-11-22"


def options(kind: type[GraphComponent], **changed: Any) -> dict[str, Any]:
    return {**kind.get_default_config(), **changed}


def trained(
    kind: Any,
    config: dict[str, Any],
    data: TrainingData,
    storage: LocalModelStorage,
    context: ExecutionContext,
) -> Any:
    """A component as a server has it: trained by one instance, loaded by another."""
    resource = Resource(kind.__name__)
    kind.create(config, storage, resource, context).train(data)
    return kind.load(config, storage, resource, context)


def values_component(**changed: Any) -> ValueEntityExtractor:
    return ValueEntityExtractor(options(ValueEntityExtractor, today=TODAY, **changed))


def entities(message: Message) -> list[tuple[str, Any]]:
    return [(entity["entity"], entity["value"]) for entity in message.get("entities", [])]


def test_the_tokenizer_is_packed(
    lexicon_file: Path, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    config = options(LexiconTokenizer, lexicon=str(lexicon_file))
    data = TrainingData([Message({"text": "换成畅享129", "intent": "change_plan"})])
    resource = Resource("tokenizer")
    LexiconTokenizer.create(config, storage, resource, context).train(data)
    lexicon_file.unlink()  # a server has the archive and nothing else
    loaded = LexiconTokenizer.load(config, storage, resource, context)
    (message,) = loaded.process([Message({"text": "换成 畅享129 吧"})])
    tokens = message.get(TOKENS_NAMES["text"])
    assert [token.text for token in tokens] == ["换成", "畅享129", "吧"]
    assert [(token.start, token.end) for token in tokens] == [(0, 2), (3, 8), (9, 10)]
    loaded.process_training_data(data)
    assert [token.text for token in data.training_examples[0].get("text_tokens")] == [
        "换成",
        "畅享129",
    ]


@pytest.mark.parametrize("kind", [LexiconTokenizer, LexiconEntityExtractor])
def test_a_changed_lexicon_is_another_fingerprint(kind: Any, lexicon_file: Path) -> None:
    config = options(kind, lexicon=str(lexicon_file))
    before = kind.fingerprint_addon(config)
    assert kind.fingerprint_addon(config) == before
    lexicon_file.write_text(json.dumps({"plan": LEXICON["plan"][:1]}), encoding="utf-8")
    assert kind.fingerprint_addon(config) != before


def test_a_missing_lexicon_stops_the_training(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="Cannot read"):
        LexiconTokenizer.fingerprint_addon({"lexicon": str(tmp_path / "none.json")})


def test_examples_teach_wordings(
    lexicon_file: Path, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    label = {"entity": "device_symptom", "value": "ont_power_off", "start": 0, "end": 4}
    unknown = {"entity": "device_symptom", "value": "no_such_id", "start": 0, "end": 4}
    data = TrainingData(
        [
            Message({"text": "灯全灭了怎么办", "intent": "fault", "entities": [label]}),
            Message({"text": "冒烟冒火", "intent": "fault", "entities": [unknown]}),
        ]
    )
    config = options(LexiconEntityExtractor, lexicon=str(lexicon_file))
    extractor = trained(LexiconEntityExtractor, config, data, storage, context)
    messages = extractor.process([Message({"text": "我家灯全灭了"}), Message({"text": "冒烟冒火"})])
    assert entities(messages[0]) == [("device_symptom", "ont_power_off")]
    assert entities(messages[1]) == []


@pytest.fixture
def extractors(
    lexicon_file: Path, storage: LocalModelStorage, context: ExecutionContext
) -> list[Any]:
    config = options(LexiconEntityExtractor, lexicon=str(lexicon_file))
    lexicon = trained(LexiconEntityExtractor, config, TrainingData(), storage, context)
    return [lexicon, values_component()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("129那个", [("plan", "p129")]),
        ("充59块的话费", [("amount", "59")]),
        ("要59块的", [("plan", "p59")]),
        ("加个10G流量包", [("addon", "data_10g")]),
        ("去幸福路营业厅", [("store", "s_xingfu")]),
        (
            "6月到8月的彩铃费",
            [("month", ["2026-06", "2026-07", "2026-08"]), ("charge_item", "crbt_fee")],
        ),
        ("没有实体", []),
        ("", []),
    ],
)
def test_names_and_values_together(
    extractors: list[Any], text: str, expected: list[tuple[str, Any]]
) -> None:
    messages = [Message({"text": text})]
    for component in extractors:
        messages = component.process(messages)
    assert entities(messages[0]) == expected


def test_an_address_keeps_its_area(extractors: list[Any]) -> None:
    messages = [Message({"text": "我住幸福里8栋2单元301"})]
    for component in extractors:
        messages = component.process(messages)
    (entity,) = messages[0].get("entities")
    assert entity["entity"] == "address"
    assert entity["value"] == messages[0].get("text")[entity["start"] : entity["end"]]
    assert entity["additional_info"] == {"area": "xingfuli"}


def test_entities_of_other_components_stay(extractors: list[Any]) -> None:
    theirs = {
        "entity": "name",
        "value": ["张三"],
        "start": 0,
        "end": 2,
        "extractor": "X",
        "role": "a",
    }
    messages = [Message({"text": "张三要畅享59", "entities": [theirs]})]
    for component in extractors:
        messages = component.process(messages)
    assert messages[0].get("entities")[0] == theirs
    assert entities(messages[0])[1] == ("plan", "p59")


def test_today_is_told_when_a_message_comes() -> None:
    days = iter([date(2026, 11, 22), date(2026, 12, 1)])
    component = ValueEntityExtractor(options(ValueEntityExtractor), lambda: next(days))
    (first,) = component.process([Message({"text": "上个月"})])
    (second,) = component.process([Message({"text": "上个月"})])
    assert [entities(first), entities(second)] == [[("month", "2026-10")], [("month", "2026-11")]]


@pytest.mark.parametrize("changed", [{"today": "昨天"}, {"entities": ["plan"]}])
def test_wrong_options_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigException):
        ValueEntityExtractor(options(ValueEntityExtractor, **changed))


def test_only_the_chosen_values_are_found() -> None:
    (message,) = values_component(entities=["month"]).process([Message({"text": "8月充100元"})])
    assert entities(message) == [("month", "2026-08")]


def test_the_classifier_is_packed(storage: LocalModelStorage, context: ExecutionContext) -> None:
    data = TrainingData(
        [
            Message({"text": text, "intent": intent})
            for intent, texts in {
                "balance": ["查话费", "话费余额"],
                "human": ["转人工", "人工"],
            }.items()
            for text in texts
        ]
    )
    config = options(HybridIntentClassifier)
    classifier = trained(HybridIntentClassifier, config, data, storage, context)
    message, empty = classifier.process([Message({"text": "我要转人工"}), Message({"text": " "})])
    assert message.get("intent")["name"] == "human"
    assert [ranked["name"] for ranked in message.get("intent_ranking")] == ["human", "balance"]
    assert empty.get("intent") == {"name": None, "confidence": 0.0}
    assert json.dumps(message.get("intent_ranking"))


def test_one_intent_is_nothing_to_classify(
    storage: LocalModelStorage, context: ExecutionContext
) -> None:
    data = TrainingData([Message({"text": "查话费", "intent": "balance"})])
    config = options(HybridIntentClassifier)
    classifier = trained(HybridIntentClassifier, config, data, storage, context)
    (message,) = classifier.process([Message({"text": "查话费"})])
    assert message.get("intent")["name"] is None


@pytest.mark.parametrize(
    ("text", "is_answer"),
    [
        ("8月", True),
        ("8月的，谢谢", True),
        ("验证码是482913", True),
        ("嗯就13800138000吧", True),
        ("明天上午", True),
        ("******", True),
        ("8月账单", False),
        ("充100块", False),
        ("别打13800138000", False),
        ("谢谢", False),
    ],
)
def test_a_message_that_is_a_value_is_an_answer(text: str, is_answer: bool) -> None:
    ranking = [{"name": "query_bill", "confidence": 0.6}, {"name": "inform", "confidence": 0.4}]
    message = Message({"text": text, "intent": dict(ranking[0]), "intent_ranking": ranking})
    values_component().process([message])
    WholeValueClassifier(options(WholeValueClassifier)).process([message])
    first = message.get("intent_ranking")[0]
    assert first == message.get("intent")
    assert first["name"] == ("inform" if is_answer else "query_bill")
    chances = [ranked["confidence"] for ranked in message.get("intent_ranking")]
    assert sum(chances) == pytest.approx(1)
    assert len(chances) == 2


def test_a_misspelt_name_is_an_answer(
    lexicon_file: Path, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    config = options(LexiconEntityExtractor, lexicon=str(lexicon_file))
    lexicon = trained(LexiconEntityExtractor, config, TrainingData(), storage, context)
    message = Message({"text": "畅想五九吧"})
    for component in (lexicon, values_component()):
        component.process([message])
    assert entities(message) == [("plan", "p59")]
    WholeValueClassifier(options(WholeValueClassifier)).process([message])
    assert message.get("intent")["name"] == "inform"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明天吧明天我在家", [("date", "2026-11-23")]),
        ("八月 哦不对九月的", [("month", "2026-09")]),
        ("不是明天是后天下午", [("date", "2026-11-24"), ("time_slot", "14:00-18:00")]),
    ],
)
def test_what_is_meant_is_found_once(text: str, expected: list[tuple[str, Any]]) -> None:
    (message,) = values_component().process([Message({"text": text})])
    assert entities(message) == expected

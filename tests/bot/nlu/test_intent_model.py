"""The model under the intent classifier."""

import random
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.intent_model import IntentModel
from bot.nlu.ngrams import Features, FeatureSpec, features, normalise

EXAMPLES = {
    "query_balance": ["查话费", "还剩多少话费", "话费余额", "卡里还有钱吗", "我还有多少钱"],
    "query_usage": ["查流量", "流量还剩多少", "还有多少流量", "流量用完了吗", "剩余流量"],
    "request_human": ["转人工", "人工客服", "找个活人", "我要人工", "叫人来"],
}


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return fitted(EXAMPLES)


def fitted(examples: dict[str, list[str]]) -> IntentModel:
    pairs = [(text, name) for name, texts in examples.items() for text in texts]
    messages = [Features(text, [text]) for text, _ in pairs]
    return IntentModel.fit(messages, [name for _, name in pairs], FeatureSpec(), strength=0.5)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("帮我查一下话费", "query_balance"),
        ("流量剩多少", "query_usage"),
        ("給我轉人工", "request_human"),
    ],
)
def test_what_it_learned(model: IntentModel, text: str, intent: str) -> None:
    assert model.ranking(Features(text), 1)[0][0] == intent


def test_probabilities_add_up_and_rank(model: IntentModel) -> None:
    ranking = model.ranking(Features("查一下"), 10)
    chances = [chance for _, chance in ranking]
    assert len(ranking) == 3
    assert sum(chances) == pytest.approx(1, abs=1e-5)
    assert chances == sorted(chances, reverse=True)


def test_text_without_a_known_feature_is_still_ranked(model: IntentModel) -> None:
    assert len(model.ranking(Features("😀"), 10)) == 3


def test_a_restored_model_says_the_same_and_nothing_is_pickled(
    model: IntentModel, tmp_path: Path
) -> None:
    model.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npy"}
    for path in tmp_path.glob("*.npy"):
        np.load(path, allow_pickle=False)
    restored = IntentModel.restore(tmp_path)
    for text in ("查话费", "流量", "人工", "没见过的话"):
        assert restored.ranking(Features(text), 3) == model.ranking(Features(text), 3)


def test_many_examples_are_not_compared_with_each(tmp_path: Path) -> None:
    pairs = [(text, name) for name, texts in EXAMPLES.items() for text in texts]
    messages, names = [Features(text) for text, _ in pairs], [name for _, name in pairs]
    kept = {}
    for few in (len(pairs), len(pairs) - 1):
        model = IntentModel.fit(messages, names, FeatureSpec(), strength=0.5, few=few)
        assert model.ranking(Features("流量剩多少"), 1)[0][0] == "query_usage"
        model.save(tmp_path)
        kept[few] = np.load(tmp_path / "neighbours.npy", allow_pickle=False).shape[0]
    assert kept == {len(pairs): len(pairs), len(pairs) - 1: 0}


def test_two_intents_are_enough() -> None:
    model = fitted({name: EXAMPLES[name] for name in ("query_usage", "request_human")})
    assert model.ranking(Features("转人工"), 2)[0][0] == "request_human"


def test_entities_are_features() -> None:
    spec = FeatureSpec()
    whole = features("8月", Features("8月", entities=["month"], whole=True), spec)
    part = features("8月账单", Features("8月账单", entities=["month"]), spec)
    assert whole["entities"] == {"month", "=month"}
    assert part["entities"] == {"month"}


def test_homophones_and_typed_pinyin_share_features() -> None:
    spec = FeatureSpec()
    right, wrong, typed = (
        features(text, Features(text), spec) for text in ("查话费", "查花费", "cha huafei")
    )
    assert right["syllables"] == wrong["syllables"]
    assert right["letters"] == typed["letters"]


def test_what_is_wanted_does_not_depend_on_the_digits_of_a_number() -> None:
    numbers = ("13800138000", "15912341006", "010-6234 5678", "20261130123456")
    with_numbers = {
        "query_balance": [f"{numbers[0]}的话费", f"{numbers[0]}还有钱吗"],
        "query_usage": [f"{numbers[1]}的流量", f"{numbers[1]}用了多少"],
    }
    model = fitted({name: [*EXAMPLES[name], *more] for name, more in with_numbers.items()})
    rankings = [model.ranking(Features(f"{one}呢", [one, "呢"]), 2) for one in numbers]
    assert rankings == rankings[:1] * len(numbers)


def test_codes_are_alike_and_plans_are_not() -> None:
    assert normalise("验证码482913") == normalise("验证码123456")
    assert normalise("换成129的") != normalise("换成159的")


def test_a_kind_of_feature_can_be_left_out(tmp_path: Path) -> None:
    messages = [Features(text) for texts in EXAMPLES.values() for text in texts]
    names = [name for name, texts in EXAMPLES.items() for _ in texts]
    spec = FeatureSpec(words=0, syllables=0, letters=0, entities=0, vector=0)
    plain = IntentModel.fit(messages, names, spec, strength=0.5)
    assert plain.ranking(Features("转人工"), 1)[0][0] == "request_human"
    plain.save(tmp_path)
    assert IntentModel.restore(tmp_path).spec == spec


def test_chances_say_how_often_it_is_right() -> None:
    rng = random.Random(0)
    names = ["a", "b", "c"]
    # Every third example is labelled at random: nothing can be right in more than 7 of 9 cases.
    texts, labels = [], []
    for number in range(600):
        name = rng.choice(names)
        texts.append(f"{name} {number}")
        labels.append(rng.choice(names) if number % 3 == 0 else name)
    spec = FeatureSpec(words=0, syllables=0, letters=0, entities=0, vector=0)
    model = IntentModel.fit([Features(text) for text in texts], labels, spec, strength=0.5)
    sure = [
        model.ranking(Features(f"{name} {number}"), 1)[0][1]
        for name in names
        for number in range(50)
    ]
    assert 0.68 < sum(sure) / len(sure) < 0.88


def test_a_network_is_asked_beside_the_machines_unless_it_is_left_out(tmp_path: Path) -> None:
    pairs = [(text, name) for name, texts in EXAMPLES.items() for text in texts]
    messages, names = [Features(text) for text, _ in pairs], [name for _, name in pairs]
    chances = {}
    for units in (0, 16):
        model = IntentModel.fit(messages, names, FeatureSpec(), strength=0.5, units=units)
        chances[units] = model.probabilities(Features("查一下流量"))
        folder = tmp_path / str(units)
        folder.mkdir()
        model.save(folder)
        assert (folder / "network_rows.npy").exists() == (units > 0)
        restored = IntentModel.restore(folder).probabilities(Features("查一下流量"))
        assert restored == pytest.approx(chances[units])
        assert model.labels[int(chances[units].argmax())] == "query_usage"
    assert np.log(chances[0]) != pytest.approx(np.log(chances[16]), rel=0.01)

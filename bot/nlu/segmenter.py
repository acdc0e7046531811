"""Words of a Chinese sentence: a spaCy tokenizer around a jieba dictionary of its own.

spaCy's own Chinese tokenizer calls jieba's module functions, whose dictionary belongs to the whole
process: a word added for one model changes every other. Here each tokenizer owns its dictionary, and
spaCy saves its words with the pipeline.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jieba
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer, get_words_and_spaces, registry
from spacy.vocab import Vocab

from bot.nlu.fold import fold

TOKENIZER = "xiaoxun.zh.LexiconTokenizer.v1"
_WORDS_FILE = "words.json"


class JiebaTokenizer(DummyTokenizer):  # type: ignore[misc]
    """Splits text into jieba words; the words added stay whole.

    jieba sees folded text (half width, lower case, simplified), the tokens carry what was written.
    """

    def __init__(self, vocab: Vocab, words: Iterable[str] = ()) -> None:
        self.vocab = vocab
        self.words: tuple[str, ...] = ()
        self._jieba = _new_jieba()
        self.add_words(words)

    def add_words(self, words: Iterable[str]) -> None:
        """Keep these words whole from now on."""
        added = sorted({fold(word) for word in words} - set(self.words))
        for word in added:
            self._jieba.add_word(word)
        self.words = tuple(sorted({*self.words, *added}))

    def __call__(self, text: str) -> Doc:
        """The text as a document of words."""
        folded, words, start = fold(text), [], 0
        for word in self._jieba.cut(folded, HMM=False):
            words.append(text[start : start + len(word)])
            start += len(word)
        words, spaces = get_words_and_spaces(words, text)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **_: Any) -> bytes:
        """The added words; jieba's own dictionary comes with the package."""
        return json.dumps(self.words, ensure_ascii=False).encode()

    def from_bytes(self, data: bytes, **_: Any) -> JiebaTokenizer:
        """Adds the words that :meth:`to_bytes` gave."""
        self.add_words(json.loads(data))
        return self

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Writes the added words into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _WORDS_FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, **_: Any) -> JiebaTokenizer:
        """Adds the words in the folder ``path``."""
        return self.from_bytes((Path(path) / _WORDS_FILE).read_bytes())


@registry.tokenizers(TOKENIZER)
def create_tokenizer() -> Callable[[Language], JiebaTokenizer]:
    """The factory that spaCy calls by the name in a pipeline's configuration."""

    def build(nlp: Language) -> JiebaTokenizer:
        return JiebaTokenizer(nlp.vocab)

    return build


def blank_segmenter(words: Iterable[str] = ()) -> Language:
    """A Chinese pipeline that only splits words, with these kept whole."""
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})
    tokenizer = nlp.tokenizer
    assert isinstance(tokenizer, JiebaTokenizer)
    tokenizer.add_words(words)
    return nlp


def dictionary_version() -> str:
    """Changes when jieba's own dictionary may have changed."""
    return f"jieba {jieba.__version__}"


def _new_jieba() -> jieba.Tokenizer:
    """A jieba tokenizer with its dictionary loaded.

    jieba's own ``initialize`` would keep a cache in the system's temporary folder, which other users of
    the machine can write and which it reads with marshal, and would log to standard error.
    """
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer

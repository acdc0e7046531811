"""The usual: TF-IDF over n-grams under a logistic regression of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import jieba
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from benchmarks.nlu.peers.task import Examples


def fit(language: str, examples: Examples) -> tuple[Sequence[str], Callable[[str], np.ndarray]]:
    """N-grams of words (of jieba where there are no blanks) and of characters."""
    if language == "zh":
        words = TfidfVectorizer(analyzer=_chinese_grams, sublinear_tf=True)
        characters = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True
        )
    else:
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        characters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True
        )
    model = make_pipeline(
        make_union(words, characters), LogisticRegression(C=20, tol=1e-2, max_iter=200)
    ).fit([text for text, _ in examples], [name for _, name in examples])
    return [str(name) for name in model.classes_], lambda text: np.asarray(
        model.predict_proba([text])[0]
    )


def _chinese_grams(text: str) -> list[str]:
    words = jieba.lcut(text.lower())
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]

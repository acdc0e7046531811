"""The real knowledge base, loaded once."""

import time
from pathlib import Path

import pytest

from care.knowledge import HybridKnowledgeBase, Library, intents_of_domain, load_library
from care.knowledge.learner import Learner

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "var" / "cache"
"""Shared with `make run` and between the processes of the tests: only the first encodes."""


@pytest.fixture(scope="session")
def library() -> Library:
    """The entries of data/faq, checked against the intents of the domain."""
    return load_library(ROOT / "data" / "faq", intents_of_domain(ROOT / "domain.yml"))


@pytest.fixture(scope="session")
def base(library: Library) -> HybridKnowledgeBase:
    """The knowledge base over data/faq, as it is when its wordings have been learned."""
    learner = Learner(ROOT / "data" / "faq", CACHE)
    learner.start()
    while not learner.has_ended():
        time.sleep(0.1)
    base = HybridKnowledgeBase(library, cache=CACHE)
    assert not base.may_learn
    return base


@pytest.fixture(scope="session")
def plain(library: Library) -> HybridKnowledgeBase:
    """The same, of which nothing has been learned yet."""
    return HybridKnowledgeBase(library)

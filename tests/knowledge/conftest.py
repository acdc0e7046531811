"""The real knowledge base, loaded once."""

from pathlib import Path

import pytest

from care.knowledge import HybridKnowledgeBase, Library, intents_of_domain, load_library

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "var" / "cache"
"""Shared with `make run` and between the processes of the tests: only the first encodes."""


@pytest.fixture(scope="session")
def library() -> Library:
    """The entries of data/faq, checked against the intents of the domain."""
    return load_library(ROOT / "data" / "faq", intents_of_domain(ROOT / "domain.yml"))


@pytest.fixture(scope="session")
def base(library: Library) -> HybridKnowledgeBase:
    """The knowledge base over data/faq."""
    return HybridKnowledgeBase(library, cache=CACHE)

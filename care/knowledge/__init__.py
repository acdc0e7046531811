"""The knowledge base: answers to common questions from ``data/faq/``, and the search for the one that fits."""

from care.knowledge.entries import Entry, Library, intents_of_domain, load_library
from care.knowledge.live import LiveKnowledgeBase, open_knowledge_base
from care.knowledge.protocol import Answer, Candidates, Hit, KnowledgeBase, Outcome, Unknown
from care.knowledge.search import HybridKnowledgeBase, Limits
from care.knowledge.sentence_encoder import EncoderUnavailable

__all__ = [
    "Answer",
    "Candidates",
    "EncoderUnavailable",
    "Entry",
    "Hit",
    "HybridKnowledgeBase",
    "KnowledgeBase",
    "Library",
    "Limits",
    "LiveKnowledgeBase",
    "Outcome",
    "Unknown",
    "intents_of_domain",
    "load_library",
    "open_knowledge_base",
]

"""How well the FAQ search answers questions that somebody else worded, who had not seen the entries' wordings.

Run in the care environment: ``.venv/care/bin/python -m benchmarks.knowledge_held_out``. The questions are those of
``tests/knowledge/questions.yml``. Printed: the right entry first and among three, what the customer would be told, and how
many of those without an answer are refused. It shows no question: nothing may be tuned on them.
"""

import argparse

from benchmarks.knowledge_folds import FAQ, taught
from care.knowledge import Answer, Candidates, HybridKnowledgeBase, Unknown
from care.knowledge.entries import load_library
from care.knowledge.sentence_encoder import load_encoder
from tests.knowledge.held_out import questions, unchanged


def main() -> None:
    """Ask all questions."""
    if not unchanged():
        raise SystemExit("tests/knowledge/questions.yml is not the file that was first measured")
    parser = argparse.ArgumentParser(description="The FAQ search on held-out questions.")
    parser.add_argument(
        "--plain", action="store_true", help="as it is before the wordings have been learned"
    )
    plain = parser.parse_args().plain
    library, encoder = load_library(FAQ), load_encoder()
    base = HybridKnowledgeBase(library, encoder=encoder) if plain else taught(library, encoder)
    answerable = [one for one in questions() if one.entries]
    first = among = told = offered = wrong = back = back_right = 0
    for one in answerable:
        ids = [hit.entry.id for hit in base.search(one.text, 3)]
        first += bool(ids) and ids[0] in one.entries
        among += bool(set(ids) & set(one.entries))
        outcome = base.answer_for(one.text)
        if isinstance(outcome, Answer):
            told += outcome.entry.id in one.entries
            wrong += outcome.entry.id not in one.entries
        elif isinstance(outcome, Candidates):
            offered += any(hit.entry.id in one.entries for hit in outcome.hits)
        else:
            back += bool(outcome.guesses)
            back_right += any(hit.entry.id in one.entries for hit in outcome.guesses)
    total = len(answerable)
    print(
        f"{total} questions with an answer: right entry first {first / total:.3f}, among three {among / total:.3f}"
    )
    print(
        f"told rightly {told / total:.3f}, offered among others {offered / total:.3f}, told wrongly {wrong / total:.3f}"
    )
    print(
        f"asked back {back / total:.3f}, with the right entry among them {back_right / total:.3f}"
    )
    others = [base.answer_for(one.text) for one in questions() if not one.entries]
    unknown = [outcome for outcome in others if isinstance(outcome, Unknown)]
    print(
        f"{len(others)} questions without one: refused {len(unknown) / len(others):.3f}, "
        f"asked back {sum(bool(one.guesses) for one in unknown) / len(others):.3f}"
    )


if __name__ == "__main__":
    main()

"""The scores of the index."""

from care.knowledge.analysis import Terms
from care.knowledge.index import Document, LexicalIndex


def terms(*words: str) -> Terms:
    return Terms(dict.fromkeys(words, 1.0), telling=bool(words))


INDEX = LexicalIndex(
    [
        Document((terms("a", "b"), terms("a", "c")), terms("d")),
        Document((terms("a", "e"), terms("f")), terms("b", "g")),
        Document((terms("a", "h", "i"),), terms()),
    ]
)


def found(*words: str) -> list[tuple[int, int]]:
    return [(hit.document, hit.wording) for hit in INDEX.rank(terms(*words))]


def test_a_wording_as_it_stands_scores_one() -> None:
    best, *others = INDEX.rank(terms("a", "c"))
    assert (best.document, best.wording, best.score) == (0, 1, 1.0)
    assert all(other.score < 1 for other in others)


def test_rare_terms_outweigh_common_ones() -> None:
    assert found("a", "f")[0] == (1, 1)


def test_a_term_in_the_answer_counts_less_than_in_a_wording() -> None:
    assert [document for document, _ in found("b", "zzz")] == [0, 1]


def test_the_answer_alone_can_find_an_entry() -> None:
    (hit,) = INDEX.rank(terms("g"))
    assert hit.document == 1
    assert 0 < hit.score < 1


def test_unknown_terms_lower_the_score() -> None:
    known = INDEX.rank(terms("h", "i"))[0].score
    assert INDEX.rank(terms("h", "i", "x", "y", "z"))[0].score < known / 1.5


def test_nothing_in_common_finds_nothing() -> None:
    assert INDEX.rank(terms("x")) == []
    assert INDEX.rank(terms()) == []
    assert LexicalIndex([]).rank(terms("a")) == []


def test_scores_fall_and_ties_keep_the_order_of_the_index() -> None:
    ranked = INDEX.rank(terms("a"))
    assert [hit.score for hit in ranked] == sorted((hit.score for hit in ranked), reverse=True)
    twins = LexicalIndex([Document((terms("a", "b"),), terms()) for _ in range(3)])
    assert [hit.document for hit in twins.rank(terms("a", "x"))] == [0, 1, 2]

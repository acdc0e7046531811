"""The held-out questions stay what they were before the first measurement, and apart from the entries' wordings."""

from care.knowledge import Library
from tests.knowledge.held_out import questions, unchanged


def test_the_file_is_the_one_that_was_first_measured() -> None:
    assert unchanged()


def test_there_are_enough_questions_with_and_without_an_answer() -> None:
    found = questions()
    assert len({one.text for one in found}) == len(found)
    assert sum(bool(one.entries) for one in found) >= 400
    assert sum(not one.entries for one in found) >= 100


def test_the_entries_are_there_and_word_it_otherwise(library: Library) -> None:
    ids = {entry.id for entry in library.entries}
    wordings = {wording for entry in library.entries for wording in entry.wordings}
    for one in questions():
        assert set(one.entries) <= ids, one.entries
    same = [one.text for one in questions() if one.text in wordings]
    assert len(same) <= 0.01 * len(questions()), same

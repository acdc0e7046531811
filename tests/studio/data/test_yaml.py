"""Changing files leaves the rest of them as it is, letter for letter. On our own files, too."""

import difflib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.settings import ROOT
from care.studio.data.applying import apply_all, faq_entries, intents_of
from care.studio.data.catalogue import Catalogue
from care.studio.data.checks import look_through
from care.studio.data.edits import (
    AddExample,
    AddFaq,
    AddIntent,
    AddWording,
    ChangeExample,
    ChangeFaq,
    ChangeReply,
    Edit,
    RemoveExample,
    RemoveFaq,
    RemoveWording,
    RenameIntent,
)
from care.studio.data.examples import BadExample, checked, entities_in, plain_text, with_marks
from care.studio.data.files import Files, read_folder
from care.studio.data.refusals import ExampleTaken
from care.studio.data.yaml_text import Document, Unreadable, change
from tests.studio.small_data import TEXTS

OWN = read_folder(ROOT)
CATALOGUE = Catalogue(Files(OWN))
SMALL_OWN = sorted(path for path in OWN if path != "domain.yml")


def diff(texts: dict[str, str], *changes: Edit) -> tuple[list[str], list[str]]:
    """The lines that are new, and those that are gone, by the changes."""
    files = Files(texts)
    apply_all(files, list(changes))
    added: list[str] = []
    removed: list[str] = []
    for path, text in files.changed().items():
        for line in difflib.ndiff(texts.get(path, "").splitlines(), text.splitlines()):
            if line.startswith("+ "):
                added.append(line[2:])
            elif line.startswith("- "):
                removed.append(line[2:])
    return added, removed


@pytest.mark.parametrize("path", SMALL_OWN)
def test_reading_and_writing_changes_nothing(path: str) -> None:
    assert Document(OWN[path]).text() == OWN[path]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_an_example_more_is_one_line_more_in_our_own_files(data: st.DataObject) -> None:
    intent = data.draw(st.sampled_from(CATALOGUE.intents))
    new = AddExample(intent=intent, text="这句话[上个月](month)谁也没说过呀")
    assert diff(OWN, new) == (["    - 这句话[上个月](month)谁也没说过呀"], [])


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_an_example_less_or_another_is_one_line_in_our_own_files(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(CATALOGUE.examples))
    gone = RemoveExample(intent=example.intent, text=example.text)
    added, removed = diff(OWN, gone)
    assert added == []
    assert len(removed) == 1
    assert removed[0].strip().lstrip("-").strip() == example.text
    other = ChangeExample(intent=example.intent, text=example.text, to="换成这一句谁也没说过的")
    added, removed = diff(OWN, other)
    assert (added, len(removed)) == (["    - 换成这一句谁也没说过的"], 1)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_wording_more_and_less_is_one_line_in_our_own_faq(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(CATALOGUE.faq))
    added, removed = diff(OWN, AddWording(id=entry["id"], text="这么问的人从来没有过"))
    assert [line.strip() for line in added if line.strip() != "other:"] == [
        "- 这么问的人从来没有过"
    ]
    assert removed == []
    if len(entry["other"]) > 1:
        wording = data.draw(st.sampled_from(entry["other"]))
        added, removed = diff(OWN, RemoveWording(id=entry["id"], text=wording))
        assert (added, len(removed)) == ([], 1)


@pytest.mark.slow
@settings(max_examples=2, deadline=None)
@given(st.data())
def test_another_reply_is_one_line_in_our_own_domain(data: st.DataObject) -> None:
    single = [
        (name, place, one.text)
        for name, variations in CATALOGUE.replies.items()
        for place, one in enumerate(variations)
        if one.text and "\n" not in one.text
    ]
    name, place, text = data.draw(st.sampled_from(single))
    new = ChangeReply(reply=name, variation=place, text=text, to="换了一句话。")
    added, removed = diff(OWN, new)
    assert (len(added), len(removed)) == (1, 1)
    assert "换了一句话。" in added[0]


@pytest.mark.slow
def test_our_own_data_have_no_errors() -> None:
    assert [one for one in look_through(Files(OWN)) if one.level == "error"] == []


def test_a_rename_goes_through_all_files_and_touches_nothing_else() -> None:
    files = Files(TEXTS)
    apply_all(files, [RenameIntent(intent="query_bill", to="look_up_bill")])
    texts = files.texts()
    assert intents_of(files)[0] == "look_up_bill"
    for path, text in texts.items():
        for line in text.splitlines():
            assert "query_bill" not in line.replace("action_query_bill", ""), (path, line)
    assert [one for one in look_through(files) if one.level == "error"] == []
    added, removed = diff(TEXTS, RenameIntent(intent="query_bill", to="look_up_bill"))
    whole = "".join(removed).replace("query_bill", "look_up_bill")
    assert "".join(added).replace(" ", "") == whole.replace(" ", "")


def test_a_list_over_two_lines_stays_over_two_lines() -> None:
    added, removed = diff(TEXTS, RenameIntent(intent="noise", to="rubbish"))
    assert added == ["- rubbish", "- intent: rubbish", "    - intent: rubbish"]
    assert removed == ["- noise", "- intent: noise", "    - intent: noise"]
    text = change(TEXTS["domain.yml"], lambda domain: domain["actions"].append("action_more"))
    assert "intent: [query_bill,\n        query_balance]   # both\n" in text


def test_a_new_intent_stands_in_the_domain_the_examples_and_the_rules() -> None:
    new = AddIntent(intent="buy_phone", reply="营业厅有售。", examples=["哪里买手机", "有老年机吗"])
    files = Files(TEXTS)
    apply_all(files, [new])
    assert "- noise\n- buy_phone\n\nentities:" in files["domain.yml"]
    assert "  utter_buy_phone:\n  - text: 营业厅有售。\n" in files["domain.yml"]
    assert [one for one in look_through(files) if one.level == "error"] == []
    apply_all(files, [new.model_copy(update={"intent": "sell_phone", "examples": ["我卖手机"]})])
    assert [one for one in look_through(files) if one.level == "error"] == []


def test_faq_entries_come_change_and_go() -> None:
    new = AddFaq(
        topic="phones",
        id="buy-phone",
        question="哪里买手机",
        other=["有手机卖吗"],
        answer="营业厅。\n网上也有。",
        source="规则",
        reviewed=date(2026, 3, 2),
    )
    files = Files(TEXTS)
    apply_all(files, [new, new.model_copy(update={"id": "b", "question": "甲", "other": []})])
    assert {entry["id"] for entry in faq_entries(files)} == {
        "bill-day",
        "pay-late",
        "buy-phone",
        "b",
    }
    assert [one for one in look_through(files) if one.level == "error"] == []
    changed = ChangeFaq(
        id="pay-late",
        field="answer",
        text="会停机，交了就恢复。",
        to="会停机。",
        reviewed=date(2026, 3, 2),
    )
    assert diff(TEXTS, changed) == (
        ["    answer: 会停机。", "    reviewed: 2026-03-02"],
        ["    answer: 会停机，交了就恢复。", "    reviewed: 2026-11-20"],
    )
    added, removed = diff(TEXTS, RemoveFaq(id="pay-late", question="晚交话费会怎样"))
    assert (added, len(removed)) == ([], 5)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_an_example_is_taken_whole_or_refused(text: str) -> None:
    try:
        example = checked(text)
    except BadExample:
        return
    files = Files(TEXTS)
    try:
        apply_all(files, [AddExample(intent="query_bill", text=example)])
    except ExampleTaken:
        return
    found = [one.text for one in Catalogue(Files(files.texts())).by_intent["query_bill"]]
    assert found[-1] == example
    assert found[:-1] == [one.text for one in Catalogue(Files(TEXTS)).by_intent["query_bill"]]


@given(st.text(alphabet="查上个月账单", min_size=1, max_size=12), st.data())
def test_marks_are_read_as_they_were_written(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    from care.studio.data.examples import Marked

    example = with_marks(text, [Marked("month", start, end)])
    assert plain_text(example) == text
    assert entities_in(example) == [Marked("month", start, end)]


def test_what_is_no_yaml_is_said_with_its_line() -> None:
    with pytest.raises(Unreadable, match="line 4"):
        Document("a: 1\nb:\n  c: [1\nd: 2\n")

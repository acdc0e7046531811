"""Looking at the data, changing them, importing and exporting, over HTTP."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from care.settings import ROOT
from care.studio.data.catalogue import Catalogue
from care.studio.data.exchange import as_csv, as_rasa, read_file
from care.studio.data.files import Files
from care.studio.data.work import code_with
from tests.desk.world import AgentClient, World
from tests.studio.inbox.understood import understands
from tests.studio.small_data import TEXTS

CATALOGUE = Catalogue(Files(TEXTS))


async def test_intents_come_with_examples_and_findings(trainer: AgentClient) -> None:
    overview = await trainer.get("/studio/data/intents")
    assert [(one["name"], one["examples"]) for one in overview["intents"]] == [
        ("query_bill", 3),
        ("query_balance", 2),
        ("request_human", 2),
        ("noise", 2),
    ]
    assert overview["entities"] == {"month": 1, "amount": 0}
    detail = await trainer.get("/studio/data/intents/query_bill")
    assert detail["examples"][0]["text"] == "查下[上个月](month)话费"
    findings = await trainer.get("/studio/data/findings")
    told = {one["code"] for one in findings if one["where"] == "query_bill"}
    assert told == {"few_examples"}
    assert await trainer.get("/studio/data/entities/month") == {"上个月": 1}


async def test_while_typing_the_nearest_and_the_live_model_are_shown(
    world: World, trainer: AgentClient
) -> None:
    understands(world, {"帮我查上个月余额": ("query_balance", 0.7)})
    body = {"text": "帮我查[上个月](month)余额", "intent": "query_balance"}
    tried = await trainer.post("/studio/data/try", body)
    assert tried["model"]["intent"] == "query_balance"
    assert tried["nearest"][0]["intent"] == "query_bill"
    assert tried["same"] == []
    again = await trainer.post("/studio/data/try", {"text": "账单，发我看看！"})
    assert again["same"][0]["intent"] == "query_bill"


async def test_without_an_answer_of_the_model_the_rest_is_there(
    world: World, trainer: AgentClient
) -> None:
    tried = await trainer.post("/studio/data/try", {"text": "故障了查账单"})
    assert tried["model"] is None
    assert tried["nearest"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"kind": "add_example", "intent": "query_bill", "text": "账单发我看看"}, "example_taken"),
        ({"kind": "add_example", "intent": "nothing", "text": "账单发我看看"}, "unknown_intent"),
        ({"kind": "remove_example", "intent": "query_bill", "text": "没有这句"}, "example_gone"),
        ({"kind": "rename_intent", "intent": "noise", "to": "query_bill"}, "intent_taken"),
        (
            {"kind": "change_faq", "id": "pay-late", "field": "answer", "text": "x", "to": "y"},
            "faq_gone",
        ),
        ({"kind": "add_wording", "id": "pay-late", "text": "每月几号出账单？"}, "faq_taken"),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    trainer: AgentClient, edit: dict[str, Any], code: str
) -> None:
    assert await trainer.refused("/studio/drafts", {"edits": [edit]}) == (409, code)
    assert await trainer.get("/studio/drafts") == []


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "nothing"},
        {"kind": "add_example", "intent": "query_bill"},
        {"kind": "add_example", "intent": "query_bill", "text": "/query_bill"},
        {"kind": "add_example", "intent": "query_bill", "text": "x", "path": "../../etc"},
        {"kind": "rename_intent", "intent": "noise", "to": "Über Intent"},
        {"kind": "add_faq", "topic": "../x", "id": "a-b", "question": "x"},
    ],
)
async def test_what_makes_no_sense_is_refused(trainer: AgentClient, edit: dict[str, Any]) -> None:
    assert await trainer.refused("/studio/drafts", {"edits": [edit]}) == (422, "bad_edit")


def test_the_running_programs_count_where_the_data_stand_elsewhere(repository: Path) -> None:
    assert not (repository / "care").exists()
    used = code_with({ROOT, repository}, "request_human")
    assert "care/studio/inbox/filling.py" in used
    assert code_with({repository}, "request_human") == []


async def test_an_intent_that_programs_name_keeps_its_name(
    trainer: AgentClient, repository: Path
) -> None:
    edit = {"kind": "rename_intent", "intent": "noise", "to": "rubbish"}
    (repository / "actions").mkdir()
    (repository / "actions" / "talk.py").write_text('if intent == "noise":\n    pass\n')
    refused = await trainer.http.post("/studio/drafts", json={"edits": [edit]})
    assert refused.json()["error"]["code"] == "used_in_code"
    assert refused.json()["error"]["files"] == ["actions/talk.py"]
    assert "工程师" in refused.json()["error"]["message"]
    assert "actions/talk.py" in refused.json()["error"]["message"]
    (repository / "actions" / "talk.py").unlink()
    await trainer.post("/studio/drafts", {"edits": [edit]})
    preview = await trainer.get("/studio/drafts/preview")
    assert set(preview["diffs"]) == {"domain.yml", "data/nlu/talk.yml", "data/rules/rules.yml"}


async def test_drafts_are_each_trainers_own(world: World, trainer: AgentClient) -> None:
    edit = {"kind": "add_example", "intent": "query_bill", "text": "上月用了好多钱呀"}
    ids = await trainer.post("/studio/drafts", {"edits": [edit]})
    other = await world.login("supervisor")
    assert await other.get("/studio/drafts") == []
    detail = await other.get("/studio/data/intents/query_bill")
    assert "上月用了好多钱呀" not in [one["text"] for one in detail["examples"]]
    assert await other.refused(f"/studio/drafts/{ids[0]}/discard") == (404, "unknown_change")


async def test_replies_and_faq_are_found_by_their_words(trainer: AgentClient) -> None:
    replies = await trainer.get("/studio/data/replies", q="为您转接")
    assert [one["name"] for one in replies] == ["utter_request_human"]
    assert replies[0]["variations"][0]["conditions"] == ["month = x"]
    entries = await trainer.get("/studio/data/faq", q="出账日")
    assert [one["id"] for one in entries] == ["bill-day"]


async def test_an_import_tells_of_every_line(trainer: AgentClient) -> None:
    content = (
        "intent,text\r\n"
        "query_bill,上月[账单](month)在哪\r\n"
        "query_bill,账单发我看看\r\n"
        "nothing,什么\r\n"
        "query_balance,账单发我看看\r\n"
        "query_bill,[坏(month)\r\n"
        "query_bill\r\n"
    )
    body = {"format": "csv", "content": content, "take": True}
    report = await trainer.post("/studio/data/import", body)
    assert report["new"] == 1
    assert [(one["line"], one["reason"]) for one in report["known"]] == [(3, "known")]
    assert [(one["line"], one["reason"]) for one in report["bad"]] == [
        (4, "unknown_intent"),
        (5, "conflict"),
        (6, "broken_mark"),
        (7, "too_few_fields"),
    ]
    assert len(await trainer.get("/studio/drafts")) == 1


async def test_an_import_of_rasas_format_knows_its_lines(trainer: AgentClient) -> None:
    content = (
        'version: "3.1"\n'
        "nlu:\n"
        "- intent: query_bill\n"
        "  examples: |\n"
        "    - 上月账单在哪看\n"
        "    没有横线\n"
        "- lookup: plan\n"
        "  examples: |\n"
        "    - 畅享\n"
    )
    report = await trainer.post("/studio/data/import", {"format": "rasa", "content": content})
    assert report["new"] == 1
    assert [(one["line"], one["reason"]) for one in report["bad"]] == [
        (6, "no_dash"),
        (7, "no_intent_block"),
    ]
    assert await trainer.get("/studio/drafts") == []
    broken = await trainer.post(
        "/studio/data/import", {"format": "rasa", "content": "a: [1\nb: 2\n"}
    )
    assert [(one["line"], one["reason"]) for one in broken["bad"]] == [(2, "bad_yaml")]


async def test_exports_are_read_back(trainer: AgentClient) -> None:
    for form in ("rasa", "csv"):
        answer = await trainer.http.get(f"/studio/data/export?format={form}")
        assert "attachment" in answer.headers["content-disposition"]
        body = {"format": form, "content": answer.text}
        report = await trainer.post("/studio/data/import", body)
        assert (report["new"], len(report["known"]), report["bad"]) == (0, 9, [])


def test_a_spreadsheet_finds_no_formula() -> None:
    from care.studio.data.catalogue import Example

    text = as_csv([Example("noise", '=HYPERLINK("x")', "x", "p")])
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1] == ["noise", '\'=HYPERLINK("x")']
    assert read_file(text, "csv", CATALOGUE).new[0].text == '=HYPERLINK("x")'


@given(st.text(max_size=200), st.sampled_from(["csv", "rasa"]))
def test_no_file_breaks_the_import(content: str, form: Any) -> None:
    read_file(content, form, CATALOGUE)


def test_what_is_exported_is_rasas_yaml() -> None:
    parsed = YAML(typ="safe").load(as_rasa(CATALOGUE.examples))
    assert [block["intent"] for block in parsed["nlu"]] == [
        "query_bill",
        "query_balance",
        "request_human",
        "noise",
    ]

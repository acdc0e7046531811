"""What a question about money is about, over several messages."""

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.inquiry import COMPARISON, RECORDS, FurtherInquiry, Inquiry, inquiry_of, kept

BILL, EXPLAIN, DISPUTE = "action_query_bill", "action_explain_charge", "action_dispute_charge"


class Tracker:
    """As much of a tracker as an inquiry reads."""

    def __init__(
        self,
        intent: str,
        text: str = "",
        entities: dict[str, Any] | None = None,
        before: Inquiry | None = None,
        **slots: Any,
    ) -> None:
        named = [{"entity": key, "value": value} for key, value in (entities or {}).items()]
        self.events: list[dict[str, Any]] = []
        self.active_loop: dict[str, Any] = {}
        self.latest_message = {"intent": {"name": intent}, "text": text, "entities": named}
        self._slots = {"inquiry": before.as_slot() if before else None, **slots}
        months = [one["value"] for one in named if one["entity"] == "month"]
        self._slots.setdefault("month", months or None)

    def get_slot(self, name: str) -> Any:
        return self._slots.get(name)

    def get_latest_entity_values(self, entity: str) -> Any:
        entities: Any = self.latest_message["entities"]
        return (one["value"] for one in entities if one["entity"] == entity)


def asked(action: str, *words: Any, **slots: Any) -> Inquiry:
    tracker: Any = Tracker(*words, **slots)
    return inquiry_of(tracker, action)


def test_a_slot_is_read_back() -> None:
    inquiry = Inquiry(BILL, months=("2026-10",), amounts=("5",), data=(1024,), view=RECORDS)
    tracker: Any = Tracker("inform", before=inquiry)
    assert kept(tracker) == inquiry
    assert kept(Tracker("inform")) is None  # type: ignore[arg-type]


def test_months_are_put_in_order_and_ranges_taken_apart() -> None:
    found = asked(BILL, "query_bill", month=["2026-10", ["2026-08", "2026-09"], "2026-10"])
    assert found.months == ("2026-08", "2026-09", "2026-10")


def test_a_month_alone_is_for_the_same_question() -> None:
    before = Inquiry(EXPLAIN, months=("2026-10",), item="crbt_fee")
    found = asked(EXPLAIN, "inform", "那9月的呢", {"month": "2026-09"}, before)
    assert found == Inquiry(EXPLAIN, months=("2026-09",), item="crbt_fee")


def test_a_charge_alone_is_for_the_same_month() -> None:
    before = Inquiry(EXPLAIN, months=("2026-10",), amounts=("5",))
    found = asked(EXPLAIN, "inform", "彩铃费呢", {"charge_item": "crbt_fee"}, before)
    assert found == Inquiry(EXPLAIN, months=("2026-10",), item="crbt_fee")


def test_a_bill_is_asked_for_anew() -> None:
    before = Inquiry(BILL, months=("2026-08",), view=RECORDS)
    assert asked(BILL, "query_bill", "查账单", None, before) == Inquiry(BILL)


def test_what_was_explained_is_what_is_disputed() -> None:
    before = Inquiry(EXPLAIN, months=("2026-10",), item="crbt_fee")
    found = asked(DISPUTE, "dispute_charge", "退给我", None, before)
    assert found == Inquiry(DISPUTE, months=("2026-10",), item="crbt_fee")
    named = asked(DISPUTE, "dispute_charge", "音乐会员的退给我", {"addon": "music_member"}, before)
    assert named == Inquiry(DISPUTE, months=("2026-10",), addon="music_member")


def test_after_the_identity_it_is_still_known() -> None:
    before = Inquiry(BILL, months=("2026-08",), view=RECORDS)
    assert asked(BILL, "inform", "******", None, before, task=BILL) == before
    meanwhile = asked(BILL, "inform", "******", None, before, task=BILL, month=["2026-09"])
    assert meanwhile.months == ("2026-09",)


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("打个通话详单", RECORDS),
        ("把10月的流量详单给我", RECORDS),
        ("上网清单能查到不", RECORDS),
        ("10月每天用了多少流量", RECORDS),
        ("话费详单打一份", "bill"),
        ("9月每一笔扣费的清单", "bill"),
        ("10月的账单和9月比多了什么", COMPARISON),
        ("账单跟上个月对比一下", COMPARISON),
        ("账单比较多，发我邮箱", "bill"),
        ("查一下上个月的账单", "bill"),
    ],
)
def test_words_tell_how_a_bill_is_wanted(text: str, view: str) -> None:
    assert asked(BILL, "query_bill", text).view == view


def test_a_month_that_is_only_compared_with_is_the_earlier_one() -> None:
    tracker: Any = Tracker("explain_charge", "跟9月比贵在哪儿", {"month": "2026-09"})
    tracker.latest_message["entities"][0]["start"] = 1
    assert inquiry_of(tracker, EXPLAIN).months == ("2026-09", "2026-10")
    plain: Any = Tracker("explain_charge", "9月贵在哪儿", {"month": "2026-09"})
    plain.latest_message["entities"][0]["start"] = 0
    assert inquiry_of(plain, EXPLAIN).months == ("2026-09",)


@pytest.mark.parametrize(
    ("before", "said", "then"),
    [
        ("query_bill", {"month": "2026-09"}, "query_bill"),
        ("query_bill", {"charge_item": "crbt_fee"}, "explain_charge"),
        ("query_bill", {"amount": "20"}, "explain_charge"),
        ("query_bill", {"date": "2026-11-01"}, None),
        ("query_balance", {"month": "2026-09"}, "query_bill"),
        ("query_balance", {"amount": "100"}, None),
        ("query_usage", {"month": "2026-09"}, "query_usage"),
        ("query_usage", {"addon": "crbt"}, "explain_charge"),
        ("explain_charge", {"addon": "crbt"}, "explain_charge"),
        ("dispute_charge", {"amount": "5"}, "dispute_charge"),
        ("dispute_charge", {"month": "2026-09"}, "dispute_charge"),
        ("query_payments", {"amount": "50"}, "query_payments"),
        ("query_payments", {"date": "2026-11-01"}, "query_payments"),
        ("query_points", {"month": "2026-09"}, None),
    ],
)
async def test_a_value_alone_goes_back_to_where_it_makes_sense(
    before: str, said: dict[str, Any], then: str | None
) -> None:
    tracker: Any = Tracker("inform", "…", said, Inquiry(f"action_{before}"))
    dispatcher = CollectingDispatcher()
    services: Any = None
    events = await FurtherInquiry(services).run(dispatcher, tracker, {})
    assert [event["name"] for event in events] == ([f"action_{then}"] if then else [])
    assert [one["response"] for one in dispatcher.messages] == ([] if then else ["utter_inform"])


async def test_a_value_alone_at_the_beginning_is_asked_about() -> None:
    tracker: Any = Tracker("inform", "9月", {"month": "2026-09"})
    dispatcher = CollectingDispatcher()
    services: Any = None
    assert await FurtherInquiry(services).run(dispatcher, tracker, {}) == []
    assert [one["response"] for one in dispatcher.messages] == ["utter_inform"]


def test_a_number_that_was_named_is_kept_for_what_follows_and_not_for_a_new_question() -> None:
    before = Inquiry(BILL, months=("2026-10",), phone="15000231112")
    further = asked(BILL, "inform", "那9月的呢", {"month": "2026-09"}, before)
    assert further == Inquiry(BILL, months=("2026-09",), phone="15000231112")
    assert asked(EXPLAIN, "explain_charge", "", None, before).phone == "15000231112"
    assert asked(BILL, "query_bill", "", None, before).phone is None


def test_values_of_no_form_are_left_out() -> None:
    found = asked(BILL, "query_bill", "", {"amount": "很多", "date": "昨天", "data_amount": "x"})
    assert (found.amounts, found.days, found.data) == ((), (), ())

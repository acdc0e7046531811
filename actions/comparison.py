"""Two bills beside each other, in words."""

from rasa_sdk.executor import CollectingDispatcher

from care.billing.comparison import BillComparison, Difference
from care.bss.protocol import BillState
from care.wording import either, month

CHARGES_OFFERED = 3

_OUTCOMES = {
    "same": "utter_bills_same",
    "shifted": "utter_bills_shifted",
    "more": "utter_bills_more",
    "less": "utter_bills_less",
}


def say_comparison(dispatcher: CollectingDispatcher, compared: BillComparison) -> None:
    """Say what rose and fell, by which line, and offer to explain the greatest."""
    outcome = "shifted" if compared.differences else "same"
    if compared.change:
        outcome = "more" if compared.change > 0 else "less"
    values = {
        "now": month(compared.now.month),
        "now_total": f"{compared.now.total:.2f}",
        "before": month(compared.before.month),
        "before_total": f"{compared.before.total:.2f}",
        "change": f"{abs(compared.change):.2f}",
        "items": "\n".join(_line(one) for one in compared.differences),
    }
    dispatcher.utter_message(response=_OUTCOMES[outcome], **values)
    if compared.now.state is BillState.RUNNING:
        dispatcher.utter_message(response="utter_bills_running", now=month(compared.now.month))
    rising = [one for one in compared.differences if one.now]
    if rising:
        dispatcher.utter_message(
            response="utter_which_charge",
            buttons=[
                {
                    "title": one.name,
                    "payload": f'/explain_charge{{"charge_item": "{one.item_id}", '
                    f'"month": "{compared.now.month}"}}',
                }
                for one in rising[:CHARGES_OFFERED]
            ],
        )


def _line(one: Difference) -> str:
    if one.before is None:
        return f"· {one.name}" + either(f"：新增 {one.now:.2f} 元", f": new, {one.now:.2f} yuan")
    if one.now is None:
        before = f"{one.before:.2f}"
        return f"· {one.name}" + either(
            f"：这次没有了，少 {before} 元", f": none now, {before} yuan less"
        )
    more = either("多", "more") if one.change > 0 else either("少", "less")
    from_to, change = f"{one.before:.2f} → {one.now:.2f}", f"{abs(one.change):.2f}"
    return f"· {one.name}" + either(
        f"：{from_to} 元，{more} {change} 元", f": {from_to} yuan, {change} yuan {more}"
    )

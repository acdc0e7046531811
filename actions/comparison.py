"""Two bills beside each other, in words."""

from rasa_sdk.executor import CollectingDispatcher

from care.billing.comparison import BillComparison, Difference
from care.bss.protocol import BillState
from care.wording import month

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
        return f"· {one.name}：新增 {one.now:.2f} 元"
    if one.now is None:
        return f"· {one.name}：这次没有了，少 {one.before:.2f} 元"
    more = "多" if one.change > 0 else "少"
    return f"· {one.name}：{one.before:.2f} → {one.now:.2f} 元，{more} {abs(one.change):.2f} 元"

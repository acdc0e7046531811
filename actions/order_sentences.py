"""What is said of each kind of order: the offer, what more there is to know, the order done."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentences:
    """What is said of one kind of order. The values are those of ``Terms.words``, with ``{name}`` and ``{order}``."""

    offer: str
    done: str
    notes: Mapping[str, str] = field(default_factory=dict)


SENTENCES = {
    "change_plan": Sentences(
        offer="utter_change_plan_offer",
        done="utter_change_plan_done",
        notes={
            "broadband_fee": "utter_change_plan_broadband_fee",
            "card_fee": "utter_change_plan_card_fee",
            "contract": "utter_change_plan_contract",
        },
    ),
    "subscribe_addon": Sentences(
        offer="utter_subscribe_addon_offer", done="utter_subscribe_addon_done"
    ),
    "cancel_addon": Sentences(offer="utter_cancel_addon_offer", done="utter_cancel_addon_done"),
    "open_roaming": Sentences(
        offer="utter_open_roaming_offer",
        done="utter_open_roaming_done",
        notes={"too_short": "utter_open_roaming_too_short"},
    ),
    "undo_order": Sentences(offer="utter_undo_order_offer", done="utter_undo_order_done"),
    "second_card": Sentences(
        offer="utter_second_card_offer",
        done="utter_second_card_done",
        notes={
            "prestige": "utter_second_card_prestige",
            "mail": "utter_second_card_mail",
            "store": "utter_second_card_store",
        },
    ),
    "close_line": Sentences(
        offer="utter_close_line_offer",
        done="utter_close_line_done",
        notes={
            "exit_fee": "utter_close_line_exit_fee",
            "refund": "utter_close_line_refund",
            "second_cards": "utter_close_line_second_cards",
            "broadband": "utter_close_line_broadband",
            "points": "utter_close_line_points",
        },
    ),
    "close_broadband": Sentences(
        offer="utter_close_broadband_offer",
        done="utter_close_broadband_done",
        notes={"tv": "utter_close_broadband_tv"},
    ),
    "port_out": Sentences(
        offer="utter_port_out_offer",
        done="utter_port_out_done",
        notes={
            "balance": "utter_port_out_balance",
            "second_cards": "utter_port_out_second_cards",
            "broadband": "utter_port_out_broadband",
            "points": "utter_port_out_points",
        },
    ),
    "install_broadband": Sentences(
        offer="utter_install_broadband_offer",
        done="utter_install_broadband_done",
        notes={"included": "utter_install_broadband_included"},
    ),
    "relocate_broadband": Sentences(
        offer="utter_relocate_broadband_offer",
        done="utter_relocate_broadband_done",
    ),
    "replace_card": Sentences(
        offer="utter_replace_card_offer",
        done="utter_replace_card_done",
        notes={"esim": "utter_replace_card_esim"},
    ),
    "replace_lost_card": Sentences(
        offer="utter_replace_lost_card_offer", done="utter_replace_lost_card_done"
    ),
    "suspend_service": Sentences(
        offer="utter_suspend_service_offer",
        done="utter_suspend_service_done",
        notes={
            "contract": "utter_suspend_service_contract",
            "broadband": "utter_suspend_service_broadband",
            "cards": "utter_suspend_service_cards",
            "addons": "utter_suspend_service_addons",
        },
    ),
    "resume_service": Sentences(
        offer="utter_resume_service_offer", done="utter_resume_service_done"
    ),
    "lift_lost": Sentences(offer="utter_lift_lost_offer", done="utter_lift_lost_done"),
    "spam_shield": Sentences(offer="utter_spam_shield_offer", done="utter_spam_shield_done"),
    "refund_charge": Sentences(offer="utter_refund_charge_offer", done="utter_refund_charge_done"),
    "redeem_points": Sentences(offer="utter_redeem_points_offer", done="utter_redeem_points_done"),
}

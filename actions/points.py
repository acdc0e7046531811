"""Loyalty points: how many, which expire, and what they are exchanged for."""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import DomainDict, VerifiedAction, forget
from actions.heard import actions_of_last_turn, text_of
from actions.inquiry import SLOT, Inquiry, inquiry_of
from actions.orders import begin_order
from actions.services import Services
from care.billing import service as billing
from care.bss.protocol import Reward
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.wording import day, either

ACTION = "action_query_points"
REWARDS_OFFERED = 4

_EXCHANGE = re.compile(r"(?:那|就|我|要|想|帮|给|先)*(?:换|兑换?|換)(?!卡|号|个?套餐|成)")


class QueryPoints(VerifiedAction):
    """The verified customer's points; a reward that was named is offered."""

    action_name = ACTION

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Keep which reward is wanted while the identity is asked."""
        inquiry = inquiry_of(tracker, self.action_name)
        return [
            SlotSet(SLOT, inquiry.as_slot()),
            *await super().run(dispatcher, tracker, domain),
        ]

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Begin the exchange that was named, else say what there is and what it is good for."""
        assert caller.verified is not None
        lines = await self.services.bss.lines(caller.verified.customer_id)
        named = inquiry_of(tracker, self.action_name).phone
        if named is not None and named not in {line.phone for line in lines}:
            masked = mask_phone(caller.verified.phone)
            dispatcher.utter_message(response="utter_other_number", phone=masked)
            return forget(["phone_number", SLOT])
        account = await billing.points(self.services.bss, caller.verified.customer_id)
        rewards = await self.services.bss.rewards()
        wanted = _wanted(rewards, inquiry_of(tracker, self.action_name))
        if wanted is not None and wanted.points <= account.points:
            return begin_order("redeem_points", {"reward": wanted.id})
        if wanted is not None:
            dispatcher.utter_message(
                response="utter_points_short",
                reward=wanted.name,
                needed=wanted.points,
                points=account.points,
            )
        else:
            dispatcher.utter_message(response="utter_points", points=account.points)
            if account.expiring_points and account.expires_on is not None:
                dispatcher.utter_message(
                    response="utter_points_expiring",
                    expiring=account.expiring_points,
                    day=day(account.expires_on),
                )
        _say_rewards(dispatcher, rewards, account.points)
        return []


def means_exchange(tracker: Tracker) -> bool:
    """Whether 换话费, 换1GB流量 answer the list of what points are exchanged for: nothing is to be paid for then."""
    asked = ACTION in actions_of_last_turn(tracker)
    return asked and _EXCHANGE.match(text_of(tracker).strip()) is not None


def _wanted(rewards: Sequence[Reward], inquiry: Inquiry) -> Reward | None:
    """The reward that was chosen, or that its sum or its data names."""
    fitting = [
        reward
        for reward in rewards
        if reward.id == inquiry.item
        or (reward.yuan and reward.yuan in inquiry.yuan())
        or (reward.data_mb and reward.data_mb in inquiry.data)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _say_rewards(dispatcher: CollectingDispatcher, rewards: Sequence[Reward], points: int) -> None:
    items = "\n".join(
        f"· {reward.name}" + either(f"：{reward.points} 分", f": {reward.points} points")
        for reward in rewards
    )
    within = [reward for reward in rewards if reward.points <= points]
    if within:
        dispatcher.utter_message(
            response="utter_points_rewards",
            items=items,
            buttons=[
                {
                    "title": either("换", "Get ") + one.name,
                    "payload": f'/query_points{{"reward": "{one.id}"}}',
                }
                for one in within[-REWARDS_OFFERED:]
            ],
        )
    elif rewards:
        dispatcher.utter_message(response="utter_points_rewards_later", items=items)


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [QueryPoints(services)]

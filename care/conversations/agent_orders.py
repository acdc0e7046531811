"""Orders that an agent makes for a customer: the same second confirmation as the bot's.

The agent offers; the customer gets the offer's text with a one-time code on the line's own number, and agrees by writing the
code into the chat. The code is hidden before the message is stored, the agent never sees it, and the order rests on its
proof. Taking the code is a job that is written with the message, so a server that dies in between loses nothing.
"""

from dataclasses import dataclass

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations.announce import Announcer
from care.conversations.inbound import CONSENT_JOB
from care.conversations.log import append, locked
from care.conversations.notices import Notice, say
from care.conversations.service import Agent, require_own
from care.conversations.tables import Conversation, Message, Role
from care.customers.verification import (
    CodeExpired,
    CodeWrong,
    NumberLocked,
    Verified,
    verified_now,
)
from care.db import Database
from care.db.jobs import Handler, Job, JobRow
from care.errors import Conflict, NotFound
from care.orders.kinds import Params
from care.orders.records import latest_agent_offer
from care.orders.service import Consent, Maker, OfferExpired, Order, Orders
from care.orders.tables import OrderState


class NotVerified(Conflict):
    """Nothing is offered to somebody who has not shown who they are."""

    code, message = "not_verified", "客户还没有核实身份，请先交回小讯核实，再为客户办理。"


@dataclass(frozen=True)
class Orderable:
    """One thing that an agent may offer."""

    kind: str
    params: Params
    title: str


class AgentOrders:
    """Offers of agents, and consent to them."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        orders: Orders,
        announcer: Announcer,
        seal: Fernet,
    ) -> None:
        self._db = db
        self._clock = clock
        self._orders = orders
        self._announcer = announcer
        self._seal = seal

    async def choices(self, conversation_id: str) -> list[Orderable]:
        """What may be offered to the customer of a conversation. Raises ``NotVerified`` and ``NotFound``."""
        _, verified = await self._customer(conversation_id)
        found = await self._orders.choices(verified)
        return [Orderable(kind, choice.params, choice.title) for kind, choice in found]

    async def offer(self, conversation_id: str, agent: Agent, kind: str, params: Params) -> None:
        """``agent`` offers an order: the customer gets the text and a code.

        Raises ``NotVerified``, ``Forbidden`` and ``Conflict`` (not the agent's conversation), ``BssRejected``, and what
        sending a code raises.
        """
        conversation, verified = await self._customer(conversation_id)
        require_own(conversation, agent)
        allowed = await self.choices(conversation_id)
        if (kind, dict(params)) not in [(one.kind, dict(one.params)) for one in allowed]:
            raise Conflict("这个业务现在不能为客户办理。")
        maker = Maker(agent.id, conversation_id)
        offer = await self._orders.offer(verified, kind, params, maker)
        await self._orders.ask_consent(offer.id, verified, conversation.network)
        text = say(Notice.AGENT_OFFER, text=offer.terms.text)

        def work(session: Session) -> None:
            held = locked(session, conversation_id)
            require_own(held, agent)
            self._append(session, held, text)

        await self._db.write(work)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {CONSENT_JOB: self._consent}

    async def _consent(self, job: Job) -> None:
        conversation_id = job.payload["conversation"]
        conversation, verified = await self._customer(conversation_id)
        offer = await self._db.read(
            lambda session: latest_agent_offer(session, conversation_id, self._clock())
        )
        if offer is not None:
            code = self._seal.decrypt(job.payload["code"].encode()).decode()
            said = await self._take(offer.id, verified, conversation, code)
            await self._db.write(lambda session: self._tell(session, conversation_id, job, *said))

    async def _take(
        self, offer_id: str, verified: Verified, conversation: Conversation, code: str
    ) -> tuple[str, str | None]:
        """Take the code as consent; gives what is said of it, and the key under which that is said once."""
        consent = Consent(code, conversation.channel, conversation.id, guard=lambda session: None)
        try:
            order = await self._orders.confirm(offer_id, verified, consent)
        except CodeWrong as error:
            return say(Notice.CODE_WRONG, left=str(error.data["left"])), None
        except (CodeExpired, OfferExpired):
            return say(Notice.CODE_EXPIRED), None
        except NumberLocked:
            return say(Notice.CODE_LOCKED), None
        return _of_order(order), f"order:{order.id}"

    def _tell(
        self, session: Session, conversation_id: str, job: Job, text: str, key: str | None
    ) -> None:
        row = session.get(JobRow, job.id)
        if row is not None:
            row.payload = {**row.payload, "code": ""}
        conversation = locked(session, conversation_id)
        told = key is not None and session.scalar(
            select(Message.id).where(Message.channel == "desk", Message.external_id == key)
        )
        if not told:
            self._append(session, conversation, text, key)

    def _append(
        self, session: Session, conversation: Conversation, text: str, key: str | None = None
    ) -> None:
        append(
            session,
            self._announcer,
            conversation,
            Role.SYSTEM,
            self._clock(),
            text=text,
            channel="desk",
            external_id=key,
        )

    async def _customer(self, conversation_id: str) -> tuple[Conversation, Verified]:
        def work(session: Session) -> tuple[Conversation, Verified | None]:
            conversation = session.get(Conversation, conversation_id)
            if conversation is None:
                raise NotFound()
            return conversation, verified_now(session, conversation.contact_id, self._clock())

        conversation, verified = await self._db.read(work)
        if verified is None:
            raise NotVerified()
        return conversation, verified


def _of_order(order: Order) -> str:
    notice = {
        OrderState.PLACED: Notice.ORDER_PLACED,
        OrderState.ACCEPTED: Notice.ORDER_ACCEPTED,
        OrderState.REFUSED: Notice.ORDER_REFUSED,
    }[order.state]
    return say(notice, name=order.name, number=order.number)

"""A customer with several addresses, an operator's system that says who owns a number, and codes that are always right."""

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import select

from care.bss.errors import BssUnavailable
from care.bss.protocol import Bss
from care.conversations.handoff_codes import HandoffCodes, code_in
from care.conversations.inbound import InboundMessage, Receipt
from care.conversations.stories import Stories
from care.conversations.tables import Conversation, Message
from care.customers.bindings import STORY_JOB, bind, binding_of
from care.customers.contacts import ChannelBinding
from care.customers.owners import Owners
from care.customers.verification import VerifiedSession
from care.db.jobs import JobLoop, schedule
from care.errors import NotFound
from tests.conversations.core import Core

PHONE, OTHER = "13900000001", "13900000002"
WINDOW = timedelta(minutes=30)


@dataclass
class Numbers:
    """Who owns which number: customer and line by number."""

    of: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {PHONE: ("C1", "L1"), OTHER: ("C2", "L2")}
    )
    silent: bool = False

    async def line(self, phone: str) -> Any:
        """As the operator's system."""
        if self.silent:
            raise BssUnavailable()
        found = self.of.get(phone)
        return None if found is None else SimpleNamespace(customer_id=found[0], id=found[1])


class Teller:
    """What a test does with a core whose addresses are looked after."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.db = core.db
        self.numbers = Numbers()
        self.owners = Owners(core.db, cast(Bss, self.numbers), core.clock, WINDOW, 90)
        self.stories = Stories(
            core.db,
            core.clock,
            core.engine,
            core.conversations.announcer,
            core.conversations.receiver,
            self.owners,
            HandoffCodes(b"pepper"),
            text_limit=2000,
            chat_url="http://chat.test/chat/",
            channels={"wechat": self._scan},
        )
        core.conversations.attend(self.stories)
        self.jobs = JobLoop(core.db, core.clock, self.stories.handlers())

    async def _scan(self, scene: str) -> str | None:
        return f"https://scan.test/{scene}"

    async def receive(
        self, channel: str, address: str, text: str, key: str | None = None
    ) -> Receipt:
        """Somebody writes; not waited for."""
        self.core.sent += 1
        key = key or f"{address}:{self.core.sent}"
        return await self.core.conversations.receive(
            InboundMessage(channel, address, key, text=text)
        )

    async def say(self, channel: str, address: str, text: str) -> list[str]:
        """Somebody writes and waits; gives what was answered."""
        receipt = await self.receive(channel, address, text)
        said = [message.text or "" for message in await self.core.answer(receipt)]
        self.core.clock.forward(seconds=1)
        return said

    async def prove(self, channel: str, address: str, phone: str = PHONE) -> None:
        """The code of ``phone`` is given at an address (what ``Verification.check_identity`` writes)."""
        customer, line = self.numbers.of[phone]
        now = self.core.clock.now

        def work(session: Any) -> None:
            binding = binding_of(session, channel, address)
            assert binding is not None
            bind(session, binding, customer, line, phone, now)
            session.merge(
                VerifiedSession(
                    contact_id=binding.contact_id,
                    customer_id=customer,
                    line_id=line,
                    phone=phone,
                    verified_at=now,
                    expires_at=now + WINDOW,
                )
            )
            schedule(session, STORY_JOB, {"channel": channel, "address": address}, now)

        await self.db.write(work)

    async def work_off(self) -> None:
        """Jobs that are due."""
        while await self.jobs.run_due():
            pass

    async def sees(self, channel: str, address: str, after: int = 0) -> list[str]:
        """What an address is shown."""
        try:
            found, _ = await self.core.conversations.look_from(channel, address, after)
        except NotFound:
            return []
        return [message.text or "" for message in found]

    async def conversation(self, channel: str, address: str) -> Conversation:
        """The conversation that an address may see. Raises ``NotFound``."""
        id = await self.core.conversations.find(channel, address)
        return self.core.conversation(id)

    async def code(self, address: str, channel: str = "web") -> str:
        """A code that was asked for at an address."""
        offered = await self.stories.offer("wechat", channel, address)
        assert code_in(offered.code) == offered.code
        return offered.code

    def binding(self, channel: str, address: str) -> ChannelBinding:
        """The row of an address."""
        found = self.db.read_now(lambda session: binding_of(session, channel, address))
        assert found is not None
        return found

    def everything(self) -> list[Message]:
        """All messages of all conversations."""
        return self.db.read_now(
            lambda session: list(
                session.scalars(select(Message).order_by(Message.conversation_id, Message.seq))
            )
        )

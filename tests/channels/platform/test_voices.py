"""Voice messages through the simulated platform: fetched by their media ids, heard, answered, on both platforms."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from care.channels import wechat as wechat_channel
from care.channels import wecom
from tests.channels.platform.conftest import Served, serving_with
from tests.servers.wechat import WechatSimulator
from tools.layout import ROOT

RECORDING = (ROOT / "tools/wechat_sim/page/recordings/usage.amr").read_bytes()


@dataclass
class Ear:
    """Hears the same in everything."""

    given: list[bytes] = field(default_factory=list)

    async def transcribe(self, audio: bytes) -> str:
        """Note it."""
        self.given.append(audio)
        return "查流量"

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def ear() -> Ear:
    """What hears."""
    return Ear()


@pytest_asyncio.fixture
async def served(wechat: WechatSimulator, tmp_path: Path, ear: Ear) -> AsyncIterator[Served]:
    """The server with a recogniser, and the platform."""
    async with serving_with(wechat, tmp_path, recogniser=ear) as made:
        services = made.world.services
        apis = {wechat_channel.CHANNEL: wechat_channel.api_of, wecom.CHANNEL: wecom.api_of}
        task = asyncio.create_task(wechat_channel.make_out(services, apis))
        yield made
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("account", ["official", "kf"])
async def test_a_voice_message_is_heard_and_answered(
    served: Served, ear: Ear, account: str
) -> None:
    served.world.clock.now = datetime.now(UTC)
    customer = served.customer(account)
    said = await asyncio.to_thread(customer.phone.speak, RECORDING)
    assert "malformed" not in [one["result"] for one in said["deliveries"]]
    text = "\n".join(await customer.texts())
    assert "您说的是：“查流量”" in text
    assert "您说：查流量" in text
    assert ear.given == [RECORDING]
    assert (await served.stored())[0] == ("customer", "查流量")

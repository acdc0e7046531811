"""The real recogniser, where it is installed (``make speech``): it hears Chinese, and invents nothing in noise."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from care.settings import Settings
from care.speech import NotHeard, SpeechProcess, installed
from tests.channels.world import SECRETS
from tests.speech.test_amr import FRAME, NARROW
from tools.layout import ROOT

RECORDINGS = ROOT / "tools/wechat_sim/page/recordings"


@pytest_asyncio.fixture
async def ear(tmp_path: Path) -> AsyncIterator[SpeechProcess]:
    """The recogniser of this machine."""
    found = installed(Settings(var_dir=tmp_path, speech_limit=60, **SECRETS))  # type: ignore[arg-type]
    if found is None:
        pytest.skip("the recogniser is not installed: make speech")
    yield found
    await found.close()


async def refused(ear: SpeechProcess, audio: bytes) -> str:
    """Why nothing was heard."""
    with pytest.raises(NotHeard) as caught:
        await ear.transcribe(audio)
    return caught.value.reason


@pytest.mark.slow
async def test_chinese_is_heard_through_a_telephones_narrow_band(ear: SpeechProcess) -> None:
    heard = {
        name: (await ear.transcribe((RECORDINGS / f"{name}.amr").read_bytes())).replace("，", "")
        for name in ("usage", "broadband", "bill")
    }
    assert heard["usage"] == "帮我查下还剩多少流量"
    assert heard["broadband"] == "宽带断了上不了网"
    assert "账单" in heard["bill"]


@pytest.mark.slow
async def test_where_nobody_speaks_nothing_is_invented(ear: SpeechProcess) -> None:
    pauses = NARROW + bytes([0x7C]) * 100
    assert await refused(ear, pauses) == "not_decoded"
    assert await refused(ear, NARROW + FRAME * 250) == "nothing_said"
    noise = random.Random(3)
    frames = b"".join(bytes([0x3C]) + noise.randbytes(31) for _ in range(100))
    assert await refused(ear, NARROW + frames) == "nothing_said"
    assert ear.running
    assert "流量" in await ear.transcribe((RECORDINGS / "usage.amr").read_bytes())

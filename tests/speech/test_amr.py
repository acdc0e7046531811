"""AMR files are read to the last byte; whatever else comes is refused by its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.speech.amr import MOST_BYTES, length_of
from care.speech.protocol import NotHeard

NARROW, WIDE = b"#!AMR\n", b"#!AMR-WB\n"
FRAME = bytes([0x3C]) + bytes(31)  # 12.2 kbit/s
WIDE_FRAME = bytes([0x44]) + bytes(60)  # 23.85 kbit/s
SILENCE = bytes([0x7C])  # nothing was sent


def reason(content: bytes) -> str:
    """Why it is not taken."""
    with pytest.raises(NotHeard) as caught:
        length_of(content)
    return caught.value.reason


def test_a_frame_is_a_fiftieth_of_a_second() -> None:
    assert length_of(NARROW + FRAME * 50) == pytest.approx(1.0)
    assert length_of(WIDE + WIDE_FRAME * 50) == pytest.approx(1.0)
    assert length_of(NARROW + FRAME + SILENCE * 9) == pytest.approx(0.2)


def test_a_minute_is_taken_and_more_is_not() -> None:
    assert length_of(NARROW + FRAME * 3000) == pytest.approx(60.0)
    assert reason(NARROW + FRAME * 3100) == "too_long"
    assert reason(NARROW + SILENCE * MOST_BYTES) == "too_long"
    assert reason(NARROW + SILENCE * 4000) == "too_long"


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF....WAVE", b"ID3", b"\xff\xfb", b"OggS", b"#!AMR", b"#!AMR_MC1.0\n", b"#!SILK_V3"],
)
def test_other_files_are_not_opened(content: bytes) -> None:
    assert reason(content) == "not_amr"


@pytest.mark.parametrize(
    "frames",
    [
        b"",
        FRAME[:-1],
        FRAME + b"\x3c",
        bytes([0x4C]) + bytes(31),  # a reserved type
        bytes([0xBC]) + bytes(31),  # more than one frame
        bytes([0x3D]) + bytes(31),  # padding that is not zero
    ],
)
def test_broken_frames(frames: bytes) -> None:
    assert reason(NARROW + frames) == "broken"


@given(st.sampled_from([NARROW, WIDE]), st.binary(max_size=400))
def test_anything_is_read_or_refused(magic: bytes, rest: bytes) -> None:
    try:
        found: float | str = length_of(magic + rest)
    except NotHeard as error:
        found = error.reason
    assert found in ("broken", "too_long") or 0 < float(found) <= 61

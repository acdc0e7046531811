"""AMR, the form in which WeChat gives voice messages: read frame by frame, so that nothing else is handed to a decoder.

Source: RFC 4867, section 5 (file format) and tables 1a and 1b of the modes' sizes. One channel; a frame is 20 ms.
"""

from care.speech.protocol import NotHeard

MOST_SECONDS = 60.0
"""WeChat ends a recording then."""
MOST_BYTES = 256 * 1024
"""A minute of the best wide band has 180 KB."""

FRAME_SECONDS = 0.02

# Bytes of a frame with its header, by type; a type that is not there is reserved.
_NARROW = {0: 13, 1: 14, 2: 16, 3: 18, 4: 20, 5: 21, 6: 27, 7: 32, 8: 6, 15: 1}
_WIDE = {0: 18, 1: 24, 2: 33, 3: 37, 4: 41, 5: 47, 6: 51, 7: 59, 8: 61, 9: 6, 14: 1, 15: 1}
_KINDS = ((b"#!AMR\n", _NARROW), (b"#!AMR-WB\n", _WIDE))


def length_of(content: bytes) -> float:
    """Seconds of a recording that is sound from its first to its last byte.

    Raises ``NotHeard``: ``not_amr``, ``broken`` or ``too_long``.
    """
    if len(content) > MOST_BYTES:
        raise NotHeard("too_long")
    for magic, sizes in _KINDS:
        if content.startswith(magic):
            return _frames(content, len(magic), sizes) * FRAME_SECONDS
    raise NotHeard("not_amr")


def _frames(content: bytes, at: int, sizes: dict[int, int]) -> int:
    count = 0
    while at < len(content):
        header = content[at]
        size = sizes.get((header >> 3) & 15)
        if size is None or header & 0b10000011:  # the padding bits are zero
            raise NotHeard("broken")
        at += size
        count += 1
    if at != len(content) or count == 0:
        raise NotHeard("broken")
    if count * FRAME_SECONDS > MOST_SECONDS + 1:
        raise NotHeard("too_long")
    return count

"""A person in one step: in each answer to an older customer the way to a person stands first (工信部 2025).

It is put there where the bot's answer is stored, so that no action and no sentence can forget it.
"""

from collections.abc import Sequence
from dataclasses import replace

from care.conversations.notices import HUMAN_BUTTON
from care.engine.protocol import Button, Reply

_PERSON = Button(HUMAN_BUTTON["title"], HUMAN_BUTTON["payload"])


def person_first(replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """``replies`` with a person as the first choice below the last of them, and nowhere else."""
    last = max((at for at, reply in enumerate(replies) if reply.text is not None), default=None)
    if last is None:
        return tuple(replies)
    without = [
        replace(
            reply,
            buttons=tuple(one for one in reply.buttons if one.payload != _PERSON.payload),
        )
        for reply in replies
    ]
    without[last] = replace(without[last], buttons=(_PERSON, *without[last].buttons))
    return tuple(without)

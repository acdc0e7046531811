"""Nothing is said twice in one answer: a flow and the form that it begins may both give the same reason.

It is seen to where the bot's answer is stored, so that no action and no form has to know what the other one said.
"""

from collections.abc import Sequence

from care.engine.protocol import Reply


def said_once(replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """``replies`` without those that repeat an earlier one word for word, with the same choices."""
    said: list[Reply] = []
    for reply in replies:
        if reply.text is None or reply not in said:
            said.append(reply)
    return tuple(said)

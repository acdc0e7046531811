"""What a recogniser of speech is to those who use it."""

from typing import Protocol


class NotHeard(Exception):
    """Nothing was made out. ``reason`` is for our log and holds nothing of what was said."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Recogniser(Protocol):
    """Writes down what is said, one recording at a time."""

    async def transcribe(self, audio: bytes) -> str:
        """What is said in a recording (AMR), in simplified characters. Raises ``NotHeard``."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...

"""Passwords of agents: argon2id, with the same work for a name that does not exist."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_PASSWORD = 128
"""Characters; more are refused without being hashed."""

_AT_ONCE = 2
"""Each hash takes 64 MiB and a core for some tens of milliseconds."""


class Passwords:
    """Hashes and verifies. The default figures are those of RFC 9106 for little memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")
        self._free = asyncio.Semaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash to be stored."""
        return self._hasher.hash(password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` is that of ``stored``; ``None`` (no such name) takes as long."""
        async with self._free:
            matches = await asyncio.to_thread(self._matches, stored or self._nobody, password)
        return matches and stored is not None and len(password) <= MAX_PASSWORD

    async def renewed(self, stored: str, password: str) -> str | None:
        """A new hash of a verified password when ``stored`` was made with other figures."""
        if not self._hasher.check_needs_rehash(stored):
            return None
        async with self._free:
            return await asyncio.to_thread(self._hasher.hash, password)

    def _matches(self, stored: str, password: str) -> bool:
        raw = password[:MAX_PASSWORD].encode("utf-8", "surrogatepass")
        try:
            return self._hasher.verify(stored, raw)
        except (VerificationError, InvalidHashError):
            return False

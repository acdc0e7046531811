"""Temporary media: three days, by their id. Source: 新增临时素材, 获取临时素材."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Callable, Dict, Optional, Tuple

DAYS = 3
MILLION = 1024 * 1024

# type: (most bytes, error code when it has more)
LIMITS = {
    "image": (10 * MILLION, 40009),
    "voice": (2 * MILLION, 40010),
    "video": (10 * MILLION, 40011),
    "thumb": (64 * 1024, 40012),
    "file": (20 * MILLION, 40006),
}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
)


@dataclass(frozen=True)
class File:
    """What was uploaded."""

    kind: str
    content: bytes
    content_type: str
    until: float


class Media:
    """All files; ``clock`` gives the platform's time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._files: Dict[str, File] = {}

    def add(self, kind: str, content: bytes) -> Tuple[str, int]:
        """Keep a file; gives its id and 0, or an empty id and the error code."""
        if kind not in LIMITS:
            return "", 40004
        most, code = LIMITS[kind]
        if not content:
            return "", 41005
        if len(content) > most:
            return "", code
        found = next((name for magic, name in _MAGIC if content.startswith(magic)), "")
        if kind in ("image", "thumb") and not found.startswith("image/"):
            return "", 40005
        media_id = secrets.token_urlsafe(48)
        until = self._clock() + DAYS * 86400
        content_type = found or "application/octet-stream"
        self._files[media_id] = File(kind, content, content_type, until)
        return media_id, 0

    def get(self, media_id: str, kind: Optional[str] = None) -> Optional[File]:
        """The file, unless its time is over or it is of another kind."""
        found = self._files.get(media_id)
        if found is None or found.until <= self._clock() or kind not in (None, found.kind):
            return None
        return found

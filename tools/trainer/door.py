"""The care server's door for the trainer, over HTTP."""

from __future__ import annotations

import http.client
import json
import os
from pathlib import Path
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence
from urllib.parse import quote, urlsplit

_SECONDS = 60.0
_PIECE = 1024 * 1024


class DoorClosed(Exception):
    """The care server does not answer, or not as it should: try again later."""


class ClaimLost(Exception):
    """The job is not ours any more."""


class Refused(Exception):
    """The care server will not take what we hand in; the message says why."""


class Claim(NamedTuple):
    """A job, as the care server gives it (``ClaimGiven``)."""

    job_id: str
    attempt: int
    kind: str
    data_commit: Optional[str]
    model: Optional[str]
    live: Optional[str]
    live_measured: str


class Door:
    """One care server. Each call opens a connection of its own, past any proxy."""

    def __init__(self, address: str, secret: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError("the address of the care server must be http://host:port")
        self._host, self._port = parts.hostname, parts.port or 80
        self._headers = {"Authorization": "Bearer " + secret}

    def claim(self, worker: str) -> Optional[Claim]:
        """The next job, ``None`` when there is none. Raises `DoorClosed`."""
        answer = self._json("POST", "/trainer/claim", {"worker": worker})
        return None if answer is None else Claim(**answer)

    def data(self, claim: Claim) -> bytes:
        """The data of the job, as a tar."""
        path = f"/trainer/jobs/{claim.job_id}/data?attempt={claim.attempt}"
        return self._call("GET", path)

    def progress(self, claim: Claim, **said: Any) -> bool:
        """Say that we live, and how far we are; gives whether to stop. Raises `ClaimLost`, `DoorClosed`."""
        path = f"/trainer/jobs/{claim.job_id}/progress"
        answer = self._json("POST", path, {"attempt": claim.attempt, **said})
        return bool(answer and answer["cancel"])

    def measured(
        self,
        claim: Claim,
        model: str,
        kind: str,
        against: str,
        rows: Sequence[Sequence[Any]],
        left_out: int = 0,
    ) -> None:
        """Hand in what measuring came to."""
        body = {
            "attempt": claim.attempt,
            "model": model,
            "kind": kind,
            "against": against,
            "left_out": left_out,
            "rows": [list(row) for row in rows],
        }
        self._json("POST", f"/trainer/jobs/{claim.job_id}/measured", body)

    def end(
        self, claim: Claim, model: Optional[str] = None, problem: Optional[Dict[str, Any]] = None
    ) -> None:
        """The job is over, well or with a problem."""
        body = {"attempt": claim.attempt, "model": model, "problem": problem}
        self._json("POST", f"/trainer/jobs/{claim.job_id}/end", body)

    def hand_in(self, claim: Claim, name: str, archive: Path) -> None:
        """Give the care server a model's archive."""
        path = f"/trainer/jobs/{claim.job_id}/archive?attempt={claim.attempt}&name={quote(name)}"
        with archive.open("rb") as stream:
            headers = {"Content-Length": str(os.fstat(stream.fileno()).st_size)}
            self._call("PUT", path, stream, headers)

    def has_model(self, name: str) -> bool:
        """Whether the care server has this model's archive."""
        try:
            self._call("HEAD", f"/trainer/models/{quote(name)}")
        except Refused:
            return False
        return True

    def fetch_model(self, name: str, target: Path) -> None:
        """Store a model's archive as ``target``. Raises `Refused` when there is none."""
        target.write_bytes(self._call("GET", f"/trainer/models/{quote(name)}"))

    def _json(self, method: str, path: str, body: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        text = self._call(
            method, path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        if not text:
            return None
        answer: Dict[str, Any] = json.loads(text)
        return answer

    def _call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
    ) -> bytes:
        connection = http.client.HTTPConnection(
            self._host, self._port, timeout=_SECONDS, blocksize=_PIECE
        )
        try:
            connection.request(method, path, body, {**self._headers, **(headers or {})})
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise DoorClosed(type(error).__name__) from error
        finally:
            connection.close()
        if response.status < 300:
            return text
        code = _code(text)
        if code == "claim_lost":
            raise ClaimLost()
        if response.status >= 500 or response.status == 401:
            raise DoorClosed(f"status {response.status}")
        raise Refused(code or f"status {response.status}")


def _code(text: bytes) -> str:
    try:
        return str(json.loads(text)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""

"""What the running model understands of a text by itself, outside of any conversation: Rasa's ``POST /model/parse``."""

from typing import Any

import httpx

from care.engine.protocol import EngineFailed, EngineUnreachable


class RasaParser:
    """One Rasa server, by its address; ``token`` is that of its HTTP API, ``timeout`` in seconds."""

    def __init__(self, url: str, token: str, timeout: float = 5.0) -> None:
        self._token = token
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=httpx.Timeout(timeout, connect=2.0),
            trust_env=False,
        )

    async def __call__(self, text: str) -> dict[str, Any]:
        """Intent, confidence, ranking and entities, in the form of a turn's understanding.

        Raises ``EngineUnreachable`` or ``EngineFailed``.
        """
        plain = f"／{text.lstrip()[1:]}" if text.lstrip().startswith("/") else text
        try:
            response = await self._http.post(
                "/model/parse", params={"token": self._token}, json={"text": plain}
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise EngineUnreachable(cause=type(error).__name__) from error
        except httpx.HTTPError as error:
            raise EngineFailed(cause=type(error).__name__) from error
        if response.status_code != 200:
            raise EngineFailed(cause=f"status_{response.status_code}")
        try:
            return _understanding(response.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineFailed(cause="malformed_answer") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _understanding(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "intent": body["intent"]["name"],
        "confidence": float(body["intent"]["confidence"]),
        "ranking": [
            {"name": str(one["name"]), "confidence": float(one["confidence"])}
            for one in body.get("intent_ranking") or []
        ][:10],
        "entities": [
            {"entity": one["entity"], "start": one["start"], "end": one["end"]}
            for one in body.get("entities") or []
        ],
    }

"""What is measured: a system that speaks Rasa's REST channel, with its processes."""

import contextlib
import http.client
import json
import os
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import psutil  # type: ignore[import-untyped]

from benchmarks.flows.dialogues import Step
from benchmarks.flows.processes import child_with
from tests.servers.product import Product

NO_LIMITS = {
    "CARE_CODES_PER_PHONE": "1000000",
    "CARE_CODES_PER_CONTACT": "1000000",
    "CARE_CODES_PER_ADDRESS": "1000000",
}
"""One machine plays all customers, so the limits on one-time codes are lifted."""

_TIMEOUT = 60.0


class System(Protocol):
    """A running system. ``processes`` has at least ``bot``."""

    name: str
    address: str
    processes: dict[str, psutil.Process]
    ready_seconds: float

    def body(self, sender: str, step: Step, values: dict[str, str]) -> dict[str, Any]:
        """What is posted for a step."""

    def code(self, line: "Line", phone: str) -> str:
        """The one-time code last sent to ``phone``."""


class Line:
    """One customer's connection, kept open. Not for several threads at once."""

    def __init__(self, address: str) -> None:
        parts = urllib.parse.urlsplit(address)
        self._http = http.client.HTTPConnection(
            str(parts.hostname), int(parts.port or 80), timeout=_TIMEOUT
        )

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON. Raises ``RuntimeError`` for anything but 200."""
        payload = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if payload else {}
        try:
            self._http.request(method, path, payload, headers)
            answer = self._http.getresponse()
            read = answer.read()
        except (http.client.HTTPException, OSError) as error:
            self._http.close()
            raise RuntimeError(f"{method} {path}: {type(error).__name__}") from error
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return json.loads(read)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


class Customer:
    """One person with a phone number who talks to a system; each conversation has a sender of its own."""

    def __init__(self, system: System, phone: str) -> None:
        self._system = system
        self._phone = phone
        self.line = Line(system.address)
        self.sender = ""
        self.new_conversation()

    def new_conversation(self) -> None:
        """Begin as somebody the system has not met."""
        self.sender = uuid.uuid4().hex

    def prepare(self, step: Step) -> dict[str, Any]:
        """What will be sent for a step; reads the text message with the code where one is needed."""
        values = {"phone": self._phone}
        if "{code}" in step.says:
            values["code"] = self._system.code(self.line, self._phone)
        return self._system.body(self.sender, step, values)

    def say(self, body: dict[str, Any]) -> str:
        """Send it and give all that was answered, as one text. Raises ``RuntimeError``, also for silence."""
        answer = self.line.call("POST", "/webhooks/rest/webhook", body)
        if not answer:
            raise RuntimeError("no answer")
        return "\n".join(str(message.get("text", "")) for message in answer)


@dataclass
class ProductSystem:
    """The product as ``make run`` starts it."""

    address: str
    processes: dict[str, psutil.Process]
    ready_seconds: float
    name: str = "Xiaoxun"

    def body(self, sender: str, step: Step, values: dict[str, str]) -> dict[str, Any]:
        """The customer's words."""
        return {"sender": sender, "message": step.says.format(**values)}

    def code(self, line: Line, phone: str) -> str:
        """Read like a customer reads the phone: from the demo's text messages."""
        return str(line.call("GET", f"/demo/sms?phone={phone}")[0]["code"])


@contextlib.contextmanager
def running_product() -> Iterator[ProductSystem]:
    """The product with a ``var`` of its own, started from nothing but the trained model."""
    started = time.monotonic()
    with Product(**NO_LIMITS) as product:
        yield ProductSystem(
            product.address,
            {"bot": child_with("tools.rasa_server"), "care": child_with("-m care serve")},
            time.monotonic() - started,
        )


def quiet_environment() -> dict[str, str]:
    """The environment for processes of the baseline."""
    return {
        **os.environ,
        **NO_LIMITS,
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONNOUSERSITE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }

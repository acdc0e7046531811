"""The simulated WeChat as a server of its own, for tests of the running product."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

import httpx

from tests.servers.process import ServerProcess, free_port
from tools.layout import ROOT
from tools.wechat_sim.accounts import KINDS, VARIABLE, callback, made_up, settings, written

type Json = dict[str, Any]

_NOBODY = "http://127.0.0.1:9"


class WechatSimulator:
    """Started on entering, stopped on leaving.

    ``settings`` are the variables with which a product knows the accounts; start it with them, and then say by
    ``call_back`` where it is. ``http`` is a client of the simulator, ``phone`` gives a customer's phone.
    """

    def __init__(self, mode: str = "safe") -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.accounts = [made_up(kind, callback(_NOBODY, kind), mode) for kind in KINDS]
        self.settings = settings(self.accounts, self.address)
        self._port = port

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="wechat-sim-"))
        self.http = httpx.Client(base_url=self.address, timeout=40, trust_env=False)
        environ = {
            **os.environ,
            VARIABLE: written(self.accounts),
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "tools.wechat_sim", "--port", str(self._port)]
        self._process = ServerProcess(command, self._folder / "log", environ=environ)
        self._process.wait_until(self._answers)
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()
        self._process.stop()
        shutil.rmtree(self._folder)

    def post(self, path: str, **body: Any) -> Json:
        """Ask the controls for something."""
        answer = self.http.post(f"/sim/{path}", json=body)
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    def call_back(self, product: str) -> None:
        """Deliver to the product at this public address."""
        for account in self.accounts:
            self.post(account.kind, callback=callback(product, account.kind))

    def phone(self, name: str, account: str = "official") -> "Phone":
        """A customer's phone with the chat of an account."""
        return Phone(self, account, name)

    def calls(self) -> list[Json]:
        """The latest calls of the API, the oldest first."""
        found: list[Json] = self.http.get("/sim/calls").json()
        return found

    def _answers(self) -> bool:
        try:
            return self.http.get("/sim/state").status_code == 200
        except httpx.TransportError:
            return False


class Phone:
    """A customer: says something, looks at what is shown since."""

    def __init__(self, simulator: WechatSimulator, account: str, name: str) -> None:
        self._simulator = simulator
        self._path = f"{account}/customers/{name}"
        self._seen = 0

    def say(self, text: str, **more: Any) -> Json:
        """Write ``text``; returns when its delivery has ended, with the attempts it took."""
        return self._simulator.post(f"{self._path}/say", type="text", text=text, wait=True, **more)

    def press(self, item: Json) -> Json:
        """Press an entry of a ``msgmenu``, or a link that says something."""
        text = item.get("menu_content") or item["content"]
        return self.say(text, menu_id=item.get("menu_id") or item["id"])

    def show(self, picture: bytes) -> Json:
        """Send a picture."""
        kept = self._simulator.http.post("/sim/upload", params={"type": "image"}, content=picture)
        kept.raise_for_status()
        fields = {"type": "image", "wait": True, "base": self._simulator.address, **kept.json()}
        return self._simulator.post(f"{self._path}/say", **fields)

    def speak(self, recording: bytes) -> Json:
        """Send a voice message of which WeChat makes no transcript."""
        kept = self._simulator.http.post("/sim/upload", params={"type": "voice"}, content=recording)
        kept.raise_for_status()
        fields = {"type": "voice", "wait": True, **kept.json()}
        return self._simulator.post(f"{self._path}/say", **fields)

    def does(self, event: str, **fields: Any) -> Json:
        """Follow, click, …"""
        return self._simulator.post(f"{self._path}/event", event=event, fields=fields, wait=True)

    def exhaust(self) -> None:
        """Use up what may be sent to this customer."""
        self._simulator.post(f"{self._path}/exhaust")

    def news(self, wait: float = 0.0) -> list[Json]:
        """What is shown since the last look, without what the customer said; waits for the first of it."""
        answer = self._simulator.http.get(
            f"/sim/{self._path}/shown", params={"after": self._seen, "wait": wait}
        )
        entries: list[Json] = answer.json()["entries"]
        if entries:
            self._seen = entries[-1]["seq"]
        return [one for one in entries if one["from"] != "customer"]

    def state(self) -> Json:
        """All that the phone knows."""
        found: Json = self._simulator.http.get(f"/sim/{self._path}/shown").json()
        return found

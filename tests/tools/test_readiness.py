"""What ``/readyz`` says is passed on."""

import pytest

from tests.servers.process import free_port
from tools.failure import SetupFailure
from tools.readiness import not_ready, wait_until_ready


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"parts": {"engine": {"ok": false}, "database": {"ok": true}}}', ["engine"]),
        (b"starting", ["care"]),
        (b'{"parts": []}', ["care"]),
        (b'{"status": "no"}', ["care"]),
    ],
)
def test_the_parts_that_are_missing(body: bytes, names: list[str]) -> None:
    assert not_ready(body) == names


async def test_who_waits_too_long_hears_for_what() -> None:
    heard: list[list[str]] = []
    with pytest.raises(SetupFailure, match="these parts still do not answer: care"):
        await wait_until_ready("127.0.0.1", free_port(), seconds=0, waiting_for=heard.append)
    assert heard == [["care"]]

"""A taken port is said in one sentence, before anything is started."""

import socket
from collections.abc import Iterator

import pytest

from tests.servers.process import free_port
from tools.failure import SetupFailure
from tools.ports import Port, address, require_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_named_with_its_setting(taken: int, host: str) -> None:
    with pytest.raises(SetupFailure, match=f"^port {taken} on {host} is in use: .*CARE_PORT="):
        require_free([Port(host, taken, "CARE_PORT")])


def test_free_ports_pass_and_stay_free() -> None:
    ports = [Port("127.0.0.1", free_port(), "CARE_PORT"), Port("127.0.0.1", free_port(), "OTHER")]
    require_free(ports)
    require_free(ports)


def test_one_number_for_two_servers_is_refused() -> None:
    number = free_port()
    with pytest.raises(SetupFailure, match=f"^CARE_PORT and CARE_BOT_PORT both name port {number}"):
        require_free(
            [
                Port("127.0.0.1", number, "CARE_PORT"),
                Port("127.0.0.1", number, "CARE_BOT_PORT"),
            ]
        )


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SetupFailure, match="see CARE_PORT"):
        require_free([Port("192.0.2.1", free_port(), "CARE_PORT")])  # RFC 5737: nobody's


def test_an_address_to_reach_ourselves_at() -> None:
    assert address("0.0.0.0", 8080) == "http://127.0.0.1:8080"
    assert address("::", 8080) == "http://[::1]:8080"
    assert address("10.0.0.5", 80) == "http://10.0.0.5:80"

"""The supervisor, with small children that report to the test over a socket."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tools.failure import SetupFailure
from tools.supervisor import Child, Patience, Supervisor, rotate

QUICK = Patience(first_pause=0.01, longest_pause=0.05, stop=5.0)

# says its name and process id, then what it was told to say at its end
CHILD = """
import os, signal, socket, sys, time
name, port, behaviour = sys.argv[1], int(sys.argv[2]), sys.argv[3]
line = socket.create_connection(("127.0.0.1", port))
def tell(text):
    line.sendall(f"{name} {text} {os.getpid()}\\n".encode())
def end(number, frame):
    tell("bye")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if behaviour == "stubborn" else end)
print("output of", name, flush=True)
tell("hello")
if behaviour == "ends":
    sys.exit("something is wrong")
if behaviour == "parent" and os.fork() == 0:
    tell("grandchild")
    behaviour = "stubborn"
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    time.sleep(60)
"""


class Reports:
    """What the children said, one line each: "name word pid"."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[list[str]] = asyncio.Queue()
        self.port = 0

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.lines.put_nowait(line.decode().split())
        writer.close()

    async def next(self, *words: str) -> int:
        """The process id of the next line, which must begin with ``words``."""
        line = await asyncio.wait_for(self.lines.get(), 20)
        assert tuple(line[: len(words)]) == words
        return int(line[-1])


@pytest.fixture
async def reports() -> AsyncIterator[Reports]:
    result = Reports()
    server = await asyncio.start_server(result.hear, "127.0.0.1", 0)
    result.port = server.sockets[0].getsockname()[1]
    yield result
    server.close()


@pytest.fixture
def child(tmp_path: Path, reports: Reports) -> Callable[[str, str], Child]:
    def make(name: str, behaviour: str) -> Child:
        command = [sys.executable, "-c", CHILD, name, str(reports.port), behaviour]
        return Child(name, command, dict(os.environ), tmp_path, tmp_path / f"{name}.log")

    return make


async def _ready() -> None:
    return None


async def _never() -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def running(
    supervisor: Supervisor, when_ready: Callable[[], Awaitable[None]] = _ready
) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(supervisor.run(when_ready))
    try:
        yield task
    finally:
        supervisor.stop()
        await asyncio.wait({task}, timeout=20)
        assert task.done()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # a child of somebody who has not yet asked after it is dead all the same
    return " Z " not in Path(f"/proc/{pid}/stat").read_text()


async def test_a_child_has_a_group_of_its_own_in_our_session(
    child: Callable[[str, str], Child], reports: Reports
) -> None:
    """A session has its own share of the processor on Linux: a trainer in one would not give way to the others."""
    async with running(Supervisor([child("one", "waits")], QUICK)):
        process = await reports.next("one", "hello")
        assert (os.getpgid(process), os.getsid(process)) == (process, os.getsid(0))


async def test_a_child_that_is_killed_is_started_again(
    child: Callable[[str, str], Child], reports: Reports
) -> None:
    async with running(Supervisor([child("one", "waits")], QUICK)):
        first = await reports.next("one", "hello")
        os.kill(first, 9)
        assert await reports.next("one", "hello") != first


async def test_stop_ends_all_children_in_good_order(
    child: Callable[[str, str], Child], reports: Reports
) -> None:
    supervisor = Supervisor([child("one", "waits"), child("two", "waits")], QUICK)
    async with running(supervisor) as task:
        pids = {int((await asyncio.wait_for(reports.lines.get(), 20))[-1]) for _ in range(2)}
        supervisor.stop()
        await asyncio.wait_for(task, 20)
    byes = [reports.lines.get_nowait() for _ in range(2)]
    assert {(name, word) for name, word, _ in byes} == {("one", "bye"), ("two", "bye")}
    assert not any(map(_alive, pids))


async def test_a_child_that_will_not_stop_is_stopped_by_force(
    child: Callable[[str, str], Child], reports: Reports
) -> None:
    supervisor = Supervisor([child("one", "stubborn")], QUICK._replace(stop=0.2))
    async with running(supervisor) as task:
        pid = await reports.next("one", "hello")
        supervisor.stop()
        await asyncio.wait_for(task, 20)
    assert not _alive(pid)


async def test_what_a_child_started_goes_with_it(
    child: Callable[[str, str], Child], reports: Reports
) -> None:
    supervisor = Supervisor([child("one", "parent")], QUICK)
    async with running(supervisor) as task:
        await reports.next("one", "hello")
        grandchild = await reports.next("one", "grandchild")
        supervisor.stop()
        await asyncio.wait_for(task, 20)
    # it is not ours to wait for, so its end shows a moment later
    for _ in range(200):
        if not _alive(grandchild):
            break
        await asyncio.sleep(0.01)
    assert not _alive(grandchild)


async def test_a_start_that_cannot_succeed_is_given_up_and_says_why(
    child: Callable[[str, str], Child], reports: Reports
) -> None:
    supervisor = Supervisor([child("one", "waits"), child("two", "ends")], QUICK)
    with pytest.raises(SetupFailure, match=r"^two ended 3 times[^\0]*something is wrong"):
        await asyncio.wait_for(supervisor.run(_never), 20)
    heard = [reports.lines.get_nowait() for _ in range(reports.lines.qsize())]
    assert not any(_alive(int(line[-1])) for line in heard)


async def test_once_all_is_ready_it_is_never_given_up(
    child: Callable[[str, str], Child], reports: Reports
) -> None:
    async with running(Supervisor([child("one", "ends")], QUICK)) as task:
        for _ in range(5):
            await reports.next("one", "hello")
        assert not task.done()


async def test_what_readiness_raises_stops_all(
    child: Callable[[str, str], Child], reports: Reports
) -> None:
    started: list[int] = []

    async def fail() -> None:
        started.append(await reports.next("one", "hello"))
        raise SetupFailure("it took too long")

    with pytest.raises(SetupFailure, match="too long"):
        await asyncio.wait_for(Supervisor([child("one", "waits")], QUICK).run(fail), 20)
    assert not _alive(started[0])


async def test_stop_before_ready(child: Callable[[str, str], Child], reports: Reports) -> None:
    supervisor = Supervisor([child("one", "waits")], QUICK)
    async with running(supervisor, _never) as task:
        await reports.next("one", "hello")
        supervisor.stop()
        await asyncio.wait_for(task, 20)


async def test_pauses_grow_up_to_a_limit() -> None:
    supervisor = Supervisor([], Patience(first_pause=1.0, longest_pause=30.0))
    assert [supervisor.pause(failures) for failures in (1, 2, 3, 6, 1000)] == [1, 2, 4, 30, 30]


async def test_a_start_gets_a_fresh_log_and_keeps_the_last_ones(
    child: Callable[[str, str], Child], reports: Reports, tmp_path: Path
) -> None:
    for _ in range(2):
        async with running(Supervisor([child("one", "waits")], QUICK)):
            await reports.next("one", "hello")
        await reports.next("one", "bye")
    assert (tmp_path / "one.log").read_text() == "output of one\n"
    assert (tmp_path / "one.log.1").read_text() == "output of one\n"


def test_only_three_old_logs_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    for number in range(6):
        rotate(log)
        log.write_text(str(number))
    names = ["one.log", "one.log.1", "one.log.2", "one.log.3"]
    assert [(tmp_path / name).read_text() for name in names] == ["5", "4", "3", "2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names

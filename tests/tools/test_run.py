"""``make run`` from outside: its refusals, and a whole life with stand-ins for the servers."""

import fcntl
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.process import free_port
from tests.tools.fakes import python_script
from tools import secret_files
from tools.engines import Engine, read, remove_old_logs
from tools.failure import SetupFailure
from tools.layout import ROOT, Layout
from tools.model import model_path
from tools.run import RunSettings, care_environment, children, model_to_run

# Passes for both interpreters: "-m care serve", "-m care demo logins", "-m tools.rasa_server run …"
SERVERS = """
import http.server, os, pathlib, signal, sys
words = sys.argv[1:]
if words[-1] == "logins":
    print("agent  chen / 小讯")
    sys.exit()
rasa = "tools.rasa_server" in words
name = "rasa" if rasa else "trainer" if "tools.trainer" in words else "care"
with (pathlib.Path(os.environ["CARE_VAR_DIR"]) / (name + ".pids")).open("a") as pids:
    pids.write(f"{os.getpid()}\\n")
if name == "trainer":
    signal.pause()
port = int(words[words.index("--port") + 1] if rasa else os.environ["CARE_PORT"])
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""

SERVE = """
import asyncio, os, sys
from pathlib import Path
from tools.failure import run_main
from tools.layout import Layout
from tools.run import RunSettings, care_environment, serve
def main():
    layout = Layout(Path(sys.argv[1]), Path(sys.argv[1]) / "var")
    settings = RunSettings.from_environment(os.environ)
    environ = care_environment(layout, settings, os.environ)
    asyncio.run(serve(layout, settings, Path("model.tar.gz"), environ))
    return 0
run_main(main)
"""


class Running:
    """The supervisor with its stand-ins, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "var").mkdir()
        layout = Layout(folder, folder / "var")
        for environment in ("bot", "care"):
            python_script(layout.python(environment), SERVERS)
        self.port = free_port()
        environ = {
            **os.environ,
            "CARE_PORT": str(self.port),
            "CARE_PRIVATE_PORT": str(free_port()),
            "CARE_BOT_PORT": str(free_port()),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(folder)],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, wanted: str) -> str:
        """All it says up to and including the line that has ``wanted``."""
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if wanted in line:
                return said
        raise AssertionError(f"it ended without saying {wanted!r}:\n{said}")

    def children(self) -> list[int]:
        """The process ids of the servers that were started so far."""
        files = [self.folder / "var" / f"{name}.pids" for name in ("rasa", "care", "trainer")]
        return [int(line) for file in files if file.exists() for line in file.read_text().split()]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    result = Running(tmp_path)
    yield result
    result.process.kill()
    result.process.communicate()


def _ends(pid: int) -> bool:
    """Whether the process ends within some seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_addresses_and_logins_come_last_and_a_signal_stops_all(
    running: Running, number: signal.Signals
) -> None:
    said = running.read_until("Ctrl-C stops everything")
    for page in ("chat", "desk", "studio"):
        assert f"http://127.0.0.1:{running.port}/{page}/" in said
    assert "agent  chen / 小讯" in said
    children = running.children()
    assert len(children) == 3
    running.process.send_signal(number)
    rest, _ = running.process.communicate(timeout=30)
    assert running.process.returncode == 0
    assert rest.split() == ["·", "stopping", "·", "stopped"]
    assert all(map(_ends, children))


def test_a_server_that_dies_is_started_again(running: Running) -> None:
    running.read_until("Ctrl-C stops everything")
    victim = running.children()[0]
    os.kill(victim, signal.SIGKILL)
    said = running.read_until("starting it again")
    assert re.search(r"! rasa ended with status -9", said)
    assert _ends(victim)


def test_a_second_model_is_a_second_process_and_one_that_is_unwanted_ends(running: Running) -> None:
    running.read_until("Ctrl-C stops everything")
    file = running.folder / "var" / "run" / "engines.json"
    [first] = json.loads(file.read_text())["engines"]
    assert first["name"] == "rasa"
    models = running.folder / "var" / "models"
    second = {**first, "name": "rasa-0123456789ab", "port": free_port()}
    second["model"] = str(models / "xiaoxun-0123456789ab.tar.gz")
    old = running.children()[0]
    _write(file, [{**first, "model": str(models / "model.tar.gz")}, second])
    running.read_until("starting rasa-0123456789ab")
    _write(file, [second])
    running.read_until("ending rasa")
    assert _ends(old)
    new = running.children()[1]
    os.kill(new, signal.SIGKILL)
    running.read_until("starting it again")


def test_what_the_file_of_processes_must_not_say_changes_nothing(tmp_path: Path) -> None:
    file, models = tmp_path / "engines.json", tmp_path / "models"
    good = {"name": "rasa", "model": str(models / "m.tar.gz"), "port": 5005}
    _write(file, [good])
    assert read(file, models) == [Engine("rasa", models / "m.tar.gz", 5005)]
    wrong: list[dict[str, object]] = [
        {"name": "care"},
        {"name": "rasa; rm -rf"},
        {"model": "/etc/passwd"},
        {"model": str(models / ".." / "m.tar.gz")},
        {"model": str(models / "--help")},
        {"port": 0},
        {"port": "x"},
    ]
    for change in wrong:
        _write(file, [{**good, **change}])
        assert read(file, models) is None, change
    file.write_text("{")
    assert read(file, models) is None


def test_logs_of_processes_that_ended_long_ago_go(tmp_path: Path) -> None:
    others = ["rasa.log", "care.log", "rasa-x.log"]
    names = [f"rasa-{number:012x}" for number in range(5)]
    for age, name in enumerate(names):
        for file in (f"{name}.log", f"{name}.log.1"):
            (tmp_path / file).touch()
            os.utime(tmp_path / file, (1_000_000 + age, 1_000_000 + age))
    for file in others:
        (tmp_path / file).touch()
    remove_old_logs(tmp_path, {"rasa", names[0]}, most=2)
    kept = [names[0], *names[3:]]
    expected = [*others, *(f"{one}.log" for one in kept), *(f"{one}.log.1" for one in kept)]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(expected)


def _write(file: Path, engines: list[dict[str, object]]) -> None:
    file.write_text(json.dumps({"engines": engines}))


def test_killing_the_supervisor_leaves_no_orphan(running: Running) -> None:
    running.read_until("Ctrl-C stops everything")
    children = running.children()
    running.process.kill()
    assert all(map(_ends, children))


def _run(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    ports = {name: str(free_port()) for name in ("CARE_PORT", "CARE_PRIVATE_PORT", "CARE_BOT_PORT")}
    environ = {**os.environ, **ports, "CARE_VAR_DIR": str(tmp_path / "var"), **settings}
    return subprocess.run(
        [sys.executable, "-m", "tools.run"],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("setting", ["CARE_PORT", "CARE_PRIVATE_PORT", "CARE_BOT_PORT"])
def test_a_port_in_use_is_one_sentence_before_anything_is_started(
    tmp_path: Path, setting: str
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = _run(tmp_path, **{setting: str(port)})
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"port {port} on 127.0.0.1 is in use" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["run"]


def test_a_second_supervisor_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "var" / "run" / "supervisor.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        held.write("4711")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        done = _run(tmp_path)
    assert done.returncode == 1
    assert "already running" in done.stderr
    assert "process 4711" in done.stderr
    assert lock.read_text() == "4711"


@pytest.mark.parametrize(
    "wrong", [{"CARE_PORT": "eighty"}, {"CARE_PORT": "70000"}, {"CARE_MODE": "test"}]
)
def test_a_setting_that_makes_no_sense_is_one_sentence(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    done = _run(tmp_path, **wrong)
    assert done.returncode == 1
    assert done.stderr.strip().startswith(f"xiaoxun: {next(iter(wrong))} is ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_settings_come_from_the_environment_and_empty_ones_count_as_unset() -> None:
    settings = RunSettings.from_environment({"CARE_PORT": "9000", "CARE_HOST": ""})
    assert (settings.host, settings.port, settings.bot_port) == ("127.0.0.1", 9000, 5005)
    with pytest.raises(SetupFailure):
        RunSettings.from_environment({"CARE_BOT_PORT": "0"})


def test_children_get_no_secret_and_do_not_use_a_proxy_among_themselves(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path / "var")
    user = {"NO_PROXY": "intranet", "CARE_ENGINE_URL": "http://other:1", "CARE_VAR_DIR": "relative"}
    environ = care_environment(layout, RunSettings.from_environment({}), user)
    assert environ["NO_PROXY"] == "intranet,localhost,127.0.0.1,::1"
    assert environ["CARE_ENGINE_URL"] == "http://other:1"
    assert environ["CARE_VAR_DIR"] == str(tmp_path / "var")
    assert not any("SECRET" in name and "DIR" not in name for name in environ)


def test_an_empty_address_of_the_engine_counts_as_none(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path / "var")
    settings = RunSettings.from_environment({"CARE_BOT_PORT": "5999"})
    environ = care_environment(layout, settings, {"CARE_ENGINE_URL": "", "OTHER": ""})
    assert environ["CARE_ENGINE_URL"] == "http://127.0.0.1:5999"
    assert environ["OTHER"] == ""


def test_rasa_gets_no_secret_of_the_users_but_its_own(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path / "var")
    settings = RunSettings.from_environment({})
    user = {
        f"CARE_{name.upper()}": name for name in (*secret_files.NAMES, *secret_files.FROM_OUTSIDE)
    }
    environ = care_environment(layout, settings, user)
    bot, care, trainer = children(layout, settings, Path("model.tar.gz"), environ)
    assert set(user) & set(bot.environ) == {"CARE_RASA_TOKEN"}
    assert set(user) & set(trainer.environ) == {"CARE_TRAINER_SECRET"}
    assert set(user) <= set(care.environ)


def test_the_model_that_was_put_live_is_what_starts(tmp_path: Path) -> None:
    layout = Layout(ROOT, tmp_path)
    layout.models = tmp_path / "models"
    layout.models.mkdir()
    live = layout.models / "xiaoxun-0123456789ab.tar.gz"
    live.touch()
    noted = tmp_path / "live_model.json"
    noted.write_text(json.dumps({"live": "xiaoxun-0123456789ab", "promoted": True}))
    assert model_to_run(layout, {}) == live
    other = layout.models / "xiaoxun-bbbbbbbbbbbb.tar.gz"
    other.touch()
    assert model_to_run(layout, {"CARE_MODEL": str(other)}) == other
    with pytest.raises(SetupFailure, match="no archive"):
        model_to_run(layout, {"CARE_MODEL": str(tmp_path / "nothing.tar.gz")})
    # One that only was started is none that somebody chose: the data decide.
    present = model_path(layout)
    present.touch()
    noted.write_text(json.dumps({"live": "xiaoxun-0123456789ab", "promoted": False}))
    assert model_to_run(layout, {}) == present
    noted.write_text("{")
    assert model_to_run(layout, {}) == present
    noted.write_text(json.dumps({"live": "../../etc/passwd", "promoted": True}))
    assert model_to_run(layout, {}) == present


@pytest.mark.parametrize(("word", "status"), [("--help", 0), ("--production", 2)])
def test_a_word_on_the_command_line_starts_nothing(tmp_path: Path, word: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.run", word],
        cwd=ROOT,
        env={**os.environ, "CARE_VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert ("CARE_BOT_PORT" in done.stdout) is (status == 0)
    assert not (tmp_path / "var").exists()

"""An environment is made when its list changed, and only then."""

import fcntl
import sys
import threading
from pathlib import Path

import pytest

from tests.tools.fakes import fake_python, script
from tools import environments
from tools.environments import Environment
from tools.failure import SetupFailure
from tools.layout import Layout

TOY = Environment("toy", "3.99", "toy.txt", "toy-dev.txt", 0.001, "a toy")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "toy.txt").write_text("one==1\n")
    (tmp_path / "requirements" / "toy-dev.txt").write_text("one==1\ntest==1\n")
    return Layout(tmp_path, tmp_path / "var")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A PATH with a uv that notes what it is asked and makes environments of Python 3.99."""
    fake_python(tmp_path / "bin" / "python3.99", "3.99")
    script(
        tmp_path / "bin" / "uv",
        f"""
echo "$@" >> "{tmp_path}/asked"
case "$1" in
  --version) echo "uv 0.13.9" ;;
  venv)
    for last; do :; done
    mkdir -p "$last/bin"
    cp "{tmp_path}/bin/python3.99" "$last/bin/python"
    ;;
  pip) test ! -e "{tmp_path}/broken" ;;
esac
""",
    )
    return {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path)}


def _installed(tmp_path: Path) -> list[str]:
    asked = (tmp_path / "asked").read_text().splitlines() if (tmp_path / "asked").exists() else []
    (tmp_path / "asked").unlink(missing_ok=True)
    return [line.split("/")[-1] for line in asked if line.startswith("pip sync")]


def test_made_once_then_left_alone(layout: Layout, environ: dict[str, str], tmp_path: Path) -> None:
    python = environments.ensure(layout, TOY, testing=False, environ=environ)
    assert python == layout.python("toy")
    assert _installed(tmp_path) == ["toy.txt"]
    environments.ensure(layout, TOY, testing=False, environ=environ)
    assert _installed(tmp_path) == []


def test_tests_want_more_and_running_is_content_with_it(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    environments.ensure(layout, TOY, testing=False, environ=environ)
    environments.ensure(layout, TOY, testing=True, environ=environ)
    environments.ensure(layout, TOY, testing=False, environ=environ)
    assert _installed(tmp_path) == ["toy.txt", "toy-dev.txt"]


def test_a_changed_list_is_installed(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    environments.ensure(layout, TOY, testing=False, environ=environ)
    (layout.requirements / "toy.txt").write_text("one==2\n")
    environments.ensure(layout, TOY, testing=False, environ=environ)
    assert _installed(tmp_path) == ["toy.txt", "toy.txt"]


def test_a_removed_interpreter_is_noticed(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    environments.ensure(layout, TOY, testing=False, environ=environ)
    layout.python("toy").unlink()
    layout.python("toy").symlink_to(tmp_path / "gone")
    environments.ensure(layout, TOY, testing=False, environ=environ)
    assert _installed(tmp_path) == ["toy.txt", "toy.txt"]


def test_a_failed_installation_is_tried_again(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    environments.ensure(layout, TOY, testing=False, environ=environ)
    (tmp_path / "broken").touch()
    with pytest.raises(SetupFailure):
        environments.ensure(layout, TOY, testing=True, environ=environ)
    (tmp_path / "broken").unlink()
    environments.ensure(layout, TOY, testing=False, environ=environ)
    assert _installed(tmp_path) == ["toy.txt", "toy-dev.txt", "toy.txt"]


def test_too_little_disk_is_one_sentence_before_anything_is_done(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    greedy = TOY._replace(gigabytes=1e9)
    with pytest.raises(SetupFailure, match=r"needs 1000000000\.0 GB of disk"):
        environments.ensure(layout, greedy, testing=False, environ=environ)
    assert _installed(tmp_path) == []


def test_a_second_process_waits_for_the_first(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    entered = threading.Event()

    def second() -> None:
        with environments.exclusive(layout):
            entered.set()

    layout.environments.mkdir()
    with (layout.environments / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not entered.wait(0.2)
        fcntl.flock(held, fcntl.LOCK_UN)
        assert entered.wait(10)
        waiting.join()
    assert "waiting" in capsys.readouterr().out


def test_the_lists_of_the_real_environments_exist() -> None:
    real = Layout.from_environment({})
    for environment in (environments.BOT, environments.CARE, environments.SPEECH):
        assert (real.requirements / environment.run_list).is_file()
        assert (real.requirements / environment.test_list).is_file()
    assert sys.version_info[:2] == tuple(map(int, environments.CARE.python.split(".")))

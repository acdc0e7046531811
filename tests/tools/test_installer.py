"""uv, and the sentences for what can go wrong with an installation."""

from pathlib import Path

import pytest

from tests.tools.fakes import script
from tools.installer import ensure_uv, explain, installer_environment
from tools.layout import Layout
from tools.steps import CommandFailure


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error: Request failed after 3 retries\n  Caused by: dns error", "cannot be reached"),
        ("npm error code ENOTFOUND", "cannot be reached"),
        ("ERROR: No matching distribution found (from versions: none)", "cannot be reached"),
        ("error: failed to copy: No space left on device (os error 28)", "disk is full"),
        ("error: Hash mismatch for `rasa==3.6.21`", "Hash mismatch"),
    ],
)
def test_why_an_installation_failed(said: str, sentence: str, tmp_path: Path) -> None:
    failure = CommandFailure(["uv"], 1, said.splitlines(), tmp_path / "log")
    assert sentence in str(explain(failure, "Rasa", tmp_path / "log"))


def test_the_machines_uv_is_used_when_it_is_new_enough(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path / "var")
    uv = script(tmp_path / "bin" / "uv", "echo 'uv 0.13.9 (x86_64)'\n")
    assert ensure_uv(layout, {"PATH": str(uv.parent)}, tmp_path / "log") == uv


def test_an_old_uv_is_not(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path / "var")
    uv = script(tmp_path / "bin" / "uv", "echo 'uv 0.1.45'\n")
    own = script(tmp_path / ".venv" / "uv" / "bin" / "uv", "echo 'uv 0.13.9'\n")
    assert ensure_uv(layout, {"PATH": str(uv.parent)}, tmp_path / "log") == own


def test_a_mirror_for_pip_counts_for_uv_unless_uv_has_its_own() -> None:
    mirror = {"PIP_INDEX_URL": "http://mirror.test/simple"}
    assert installer_environment(mirror)["UV_DEFAULT_INDEX"] == "http://mirror.test/simple"
    own = {**mirror, "UV_DEFAULT_INDEX": "http://other.test/simple"}
    assert installer_environment(own)["UV_DEFAULT_INDEX"] == "http://other.test/simple"
    assert "UV_DEFAULT_INDEX" not in installer_environment({})


def test_an_active_environment_does_not_lead_uv_astray() -> None:
    assert "VIRTUAL_ENV" not in installer_environment({"VIRTUAL_ENV": "/somewhere"})

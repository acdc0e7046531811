"""Finding interpreters: only what runs and says the right version counts."""

import sys
from pathlib import Path

import pytest

from tests.tools.fakes import fake_python, pyenv_shim, script
from tools import pythons
from tools.failure import SetupFailure

ABSENT = "3.7"  # a version the machine's usual folders are least likely to have
"""Stands for 3.10 or 3.12: the tests must not find the machine's own."""


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(pythons, "_USUAL_FOLDERS", ())
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")}


def test_the_running_interpreter_works() -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    assert pythons.works(Path(sys.executable), version)
    assert not pythons.works(Path(sys.executable), ABSENT)


def test_a_shim_on_path_that_fails_is_passed_over(tmp_path: Path, environ: dict[str, str]) -> None:
    name = "python" + ABSENT
    pyenv_shim(tmp_path / "bin" / name)
    older = tmp_path / "home" / ".pyenv" / "versions" / (ABSENT + ".9") / "bin" / name
    newer = tmp_path / "home" / ".pyenv" / "versions" / (ABSENT + ".16") / "bin" / name
    fake_python(older, ABSENT)
    assert pythons.find(ABSENT, environ) == older
    fake_python(newer, ABSENT)
    assert pythons.find(ABSENT, environ) == newer


def test_python3_on_path_serves_when_it_is_the_version(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    fake_python(tmp_path / "bin" / "python3", "3.99")
    assert pythons.find(ABSENT, environ) is None
    expected = fake_python(tmp_path / "bin" / "python3", ABSENT)
    assert pythons.find(ABSENT, environ) == expected


def test_a_later_folder_of_path_is_searched_too(tmp_path: Path, environ: dict[str, str]) -> None:
    pyenv_shim(tmp_path / "bin" / "python3")
    expected = fake_python(tmp_path / "more" / "python3", ABSENT)
    environ["PATH"] += f":{tmp_path / 'more'}"
    assert pythons.find(ABSENT, environ) == expected


def test_uv_fetches_what_is_nowhere(tmp_path: Path, environ: dict[str, str]) -> None:
    fetched = tmp_path / "fetched"
    uv = script(
        tmp_path / "uv",
        f"""
case "$2" in
  find) test -x "{fetched}" && echo "{fetched}" ;;
  install) printf '#!/bin/sh\\necho "{ABSENT} cpython"\\n' > "{fetched}"; chmod +x "{fetched}" ;;
esac
""".replace("chmod", "/bin/chmod"),
    )
    assert pythons.find_or_fetch(ABSENT, uv, environ, tmp_path / "log") == fetched


def test_no_python_and_none_to_be_had_is_one_sentence(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    uv = script(tmp_path / "uv", "echo 'error: dns error'; exit 2\n")
    with pytest.raises(SetupFailure, match=f"^Python {ABSENT} is not on this machine"):
        pythons.find_or_fetch(ABSENT, uv, environ, tmp_path / "log")

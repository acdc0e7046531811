"""The web pages are built when a source changed, and only then."""

import json
from pathlib import Path

import pytest

from tests.tools.fakes import script
from tools.failure import SetupFailure
from tools.layout import Layout
from tools.node import new_enough, system_node
from tools.web import ensure_web


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    web = tmp_path / "web"
    (web / "chat" / "src").mkdir(parents=True)
    (web / "package.json").write_text("{}")
    (web / "package-lock.json").write_text("{}")
    (web / "chat" / "src" / "main.ts").write_text("1")
    return Layout(tmp_path, tmp_path / "var")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "bin"
    script(folder / "node", "echo v22.12.0\n")
    script(
        folder / "npm",
        f"""
echo "$@" >> "{tmp_path}/asked"
case "$1" in
  --version) echo 11.0.0 ;;
  ci) mkdir -p node_modules/some ;;
  run) test ! -e "{tmp_path}/broken" && mkdir -p dist/chat && echo page > dist/chat/index.html ;;
esac
""",
    )
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def _asked(tmp_path: Path) -> list[str]:
    lines = (tmp_path / "asked").read_text().splitlines()
    (tmp_path / "asked").write_text("")
    return [line for line in lines if line != "--version"]


def test_built_once_then_left_alone(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    ensure_web(layout, environ)
    assert _asked(tmp_path) == ["ci", "run build"]
    ensure_web(layout, environ)
    assert _asked(tmp_path) == []


def test_a_changed_source_is_built_without_a_new_installation(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    ensure_web(layout, environ)
    (layout.web / "chat" / "src" / "main.ts").write_text("2")
    ensure_web(layout, environ)
    assert _asked(tmp_path) == ["ci", "run build", "run build"]


def test_a_lost_page_is_built_again(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    ensure_web(layout, environ)
    (layout.web / "dist" / "chat" / "index.html").unlink()
    ensure_web(layout, environ)
    assert _asked(tmp_path)[-1] == "run build"
    assert json.loads((layout.web / "dist" / ".built.json").read_text())["pages"]


def test_a_failed_build_is_shown_and_tried_again(
    layout: Layout, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "broken").touch()
    with pytest.raises(SetupFailure, match="run build` failed"):
        ensure_web(layout, environ)
    (tmp_path / "broken").unlink()
    ensure_web(layout, environ)
    assert _asked(tmp_path) == ["ci", "run build", "run build"]


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v18.20.0", False),
        ("v20.18.1", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("", False),
    ],
)
def test_which_node_is_new_enough(version: str, enough: bool) -> None:
    assert new_enough(version) is enough


def test_a_node_without_a_working_npm_does_not_count(tmp_path: Path) -> None:
    script(tmp_path / "node", "echo v24.0.0\n")
    environ = {"PATH": str(tmp_path)}
    assert system_node(environ) is None
    script(tmp_path / "npm", "exit 1\n")
    assert system_node(environ) is None
    script(tmp_path / "npm", "echo 11.0.0\n")
    found = system_node(environ)
    assert found is not None
    assert found.folder == tmp_path

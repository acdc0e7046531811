"""A Chromium that shows Chinese, for browser tests and screenshots, on a machine without one.

The machine's own Chromium is used where it has one (``CHROMIUM`` names another), else the one
inside the npm package @sparticuz/chromium, unpacked once. The fonts always come from
@expo-google-fonts/noto-sans-sc through a fontconfig file of our own, so that a page looks the same
everywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Dict, Mapping, NamedTuple, Optional

from tools import environments
from tools.content_hash import content_hash
from tools.failure import SetupFailure
from tools.layout import Layout
from tools.node import Node, ensure_node, install_packages
from tools.pythons import which
from tools.steps import Step, run_logged

_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKED = ("chromium", "al2023.tar", "swiftshader.tar")
"""The browser, the libraries a bare machine lacks, and the software renderer."""

_FONTS = (
    "400Regular/NotoSansSC_400Regular.ttf",
    "500Medium/NotoSansSC_500Medium.ttf",
    "700Bold/NotoSansSC_700Bold.ttf",
)

_UNPACK = """
const {createReadStream, createWriteStream} = require('fs');
const {createBrotliDecompress} = require('zlib');
const {pipeline} = require('stream/promises');
const [from, to] = process.argv.slice(1);
pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to))
  .catch((error) => { console.error(error.message); process.exit(1); });
"""

_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>%(fonts)s</dir>
  <cachedir>%(cache)s</cachedir>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>Noto Sans SC</string></edit>
  </match>
</fontconfig>
"""


class Browser(NamedTuple):
    """A Chromium to start, and the environment variables it wants in addition."""

    executable: Path
    environ: Dict[str, str]


def ensure_browser(layout: Layout, environ: Optional[Mapping[str, str]] = None) -> Browser:
    """A Chromium that runs, and fonts; fetched at the first call only. Raises `SetupFailure`."""
    environ = os.environ if environ is None else environ
    folder = layout.environments / "browser"
    present = _system_chromium(environ)
    executable = present or folder / "chromium"
    packages = layout.root / "tests" / "browser"
    lock = packages / "package-lock.json"
    fingerprint = content_hash(packages, [lock], _FONTCONFIG, *_FONTS, *_PACKED)
    stamp = folder / "installed.txt"
    current = stamp.exists() and stamp.read_text(encoding="ascii").strip() == fingerprint
    if not current or not executable.exists():
        node = ensure_node(layout, environ)
        with environments.exclusive(layout):
            _install(layout, folder, packages, node, unpack=present is None)
            stamp.write_text(fingerprint + "\n", encoding="ascii")
    variables = {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    if present is None and not _runs(executable, environ):
        variables["LD_LIBRARY_PATH"] = str(folder / "lib")
        if not _runs(executable, {**environ, **variables}):
            raise SetupFailure(
                "no Chromium runs on this machine: install one (Debian: chromium) or name one with"
                " CHROMIUM."
            )
    return Browser(executable, variables)


def _install(layout: Layout, folder: Path, packages: Path, node: Node, *, unpack: bool) -> None:
    environments.require_disk(layout.root, 1.0, "the browser for the tests")
    log = layout.log / "setup.log"
    what = "a browser and a Chinese font for the tests"
    install_packages(packages, node, os.environ, log, what)
    shutil.rmtree(str(folder), ignore_errors=True)
    folder.mkdir(parents=True)
    modules = packages / "node_modules"
    _lay_out_fonts(modules / "@expo-google-fonts" / "noto-sans-sc", folder)
    if unpack:
        with Step("unpacking Chromium"):
            _unpack(modules / "@sparticuz" / "chromium" / "bin", folder, node, log)


def _system_chromium(environ: Mapping[str, str]) -> Optional[Path]:
    named = environ.get("CHROMIUM")
    if named:
        if not _runs(Path(named), environ):
            raise SetupFailure(f"CHROMIUM names {named}, which does not run.")
        return Path(named)
    for name in _SYSTEM_NAMES:
        found = which(name, environ)
        if found is not None and _runs(found, environ):
            return found
    return None


def _runs(executable: Path, environ: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(
            [str(executable), "--version"],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _lay_out_fonts(package: Path, folder: Path) -> None:
    fonts = folder / "fonts"
    fonts.mkdir()
    for name in _FONTS:
        shutil.copy(str(package / name), str(fonts))
    text = _FONTCONFIG % {"fonts": fonts, "cache": folder / "font-cache"}
    (folder / "fonts.conf").write_text(text, encoding="utf-8")


def _unpack(packed: Path, folder: Path, node: Node, log: Path) -> None:
    for name in _PACKED:
        target = folder / name
        run_logged([node.folder / "node", "-e", _UNPACK, packed / (name + ".br"), target], log)
        if name.endswith(".tar"):
            with tarfile.open(str(target)) as archive:
                # Python 3.12 warns without a filter, Python 3.8 knows none
                safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                archive.extractall(str(folder), **safe)  # type: ignore[arg-type]
            target.unlink()
        else:
            target.chmod(0o755)

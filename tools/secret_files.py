"""The secrets our own processes share: made once, kept in files of mode 600, never shown.

One that is set from outside, as ``CARE_<NAME>``, goes before its file and needs none, as in ``care/settings.py``.

``python3 -m tools.secret_files`` makes the missing ones, for who starts the parts by hand.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import Callable, Dict, Mapping, Optional

from tools.failure import SetupFailure, run_main
from tools.layout import Layout


def _hex() -> str:
    return secrets.token_hex(32)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


NAMES: Dict[str, Callable[[], str]] = {
    "gateway_secret": _hex,  # care to the gateway channel in Rasa
    "action_secret": _hex,  # Rasa to the action webhook of care
    "rasa_token": _hex,  # care to Rasa's own HTTP API
    "session_secret": _hex,  # signs the session tokens of the web chat
    "pepper": _hex,  # mixed into the hashes of one-time codes
    "sealing_key": _fernet_key,  # seals what is stored but must not be readable in the database
}


FROM_OUTSIDE = (
    *("wechat_app_secret", "wechat_token", "wechat_aes_key"),
    *("miniprogram_app_secret", "miniprogram_token", "miniprogram_aes_key"),
    *("wecom_secret", "wecom_token", "wecom_aes_key"),
)
"""Secrets that come from a platform's console: never made here, and none of Rasa's business."""


def variable(name: str) -> str:
    """The environment variable of the secret ``name``."""
    return "CARE_" + name.upper()


def ensure(folder: Path, environ: Optional[Mapping[str, str]] = None) -> None:
    """Make each secret that is neither in ``folder`` nor in ``environ``; one that is there is never changed.

    Raises `SetupFailure` when the folder cannot be written.
    """
    environ = os.environ if environ is None else environ
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name, make in NAMES.items():
            path = folder / (name + ".key")
            if path.exists():
                path.chmod(0o600)
            elif not environ.get(variable(name)):
                _write_once(path, make())
    except OSError as error:
        raise SetupFailure(
            f"the secrets cannot be written to {folder} ({error.strerror})."
        ) from error


def read(folder: Path, name: str, environ: Optional[Mapping[str, str]] = None) -> str:
    """The secret ``name``: its variable in ``environ``, else its file. Raises `SetupFailure`."""
    environ = os.environ if environ is None else environ
    given = environ.get(variable(name))
    if given:
        return given
    path = folder / (name + ".key")
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SetupFailure(
            f"neither {variable(name)} is set nor can {path} be read ({error.strerror})."
        ) from error


def _write_once(path: Path, value: str) -> None:
    """A crash in the middle leaves no half secret: written aside, then given its name."""
    aside = path.with_suffix(".new")
    descriptor = os.open(str(aside), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(value + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(str(aside), str(path))


def main() -> int:
    """Make the missing secrets."""
    ensure(Layout.from_environment().secrets)
    return 0


if __name__ == "__main__":
    run_main(main)

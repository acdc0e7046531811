"""``docs/reference/settings.md``, written from the code: ``python -m tools.settings_reference``.

Runs in the care environment (it reads ``care/settings.py``). With ``--check`` it writes nothing and says by its exit
status whether the file is current.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any, Dict, List, Literal, Tuple, get_args, get_origin

from pydantic.fields import FieldInfo

from care.settings import ROOT, SECRETS, WECHAT_SECRETS, Settings
from tools import run

FILE = ROOT / "docs" / "reference" / "settings.md"

PURPOSES: Dict[str, str] = {
    "gateway_secret": "the care server shows it to the gateway channel inside Rasa",
    "action_secret": "Rasa shows it to the action webhook, Prometheus to `/metrics`",
    "rasa_token": "Rasa's own HTTP API wants it as `?token=`",
    "session_secret": "signs the session tokens of the web chat",
    "pepper": "mixed into the hashes of one-time codes, and of numbers and addresses that are counted",
    "sealing_key": "encrypts a one-time code for the length of its turn; 32 bytes in urlsafe base64",
}

_HEAD = """# Settings

Written by `python -m tools.settings_reference` from `care/settings.py` and `tools/run.py`; change it there.

A setting is an environment variable. A time is in seconds unless its name says otherwise. A list (marked "list") is
JSON, for example `CARE_ENGINE_RETRY_DELAYS='[0.5, 1.5]'`; "comma separated" means plain text. A variable that is empty
counts as not set.

## The care server

Read by every `python -m care …` command. `make run` passes them through and fixes `CARE_VAR_DIR`, `CARE_SECRETS_DIR`
and `CARE_MODEL` itself.

"""

_SECRETS_HEAD = """
## Secrets

A secret is taken from its variable, else from the file `<CARE_SECRETS_DIR>/<name>.key` (one line, mode 600); this holds
for the care server, for Rasa's files in `var/run/` and for Rasa's token alike. `make run` makes the files of secrets
that are in neither place and never changes one that is there; without it, `python3 -m tools.secret_files` does. Those of
WeChat come from its console, and are nobody's to make.

"""

_SUPERVISOR_HEAD = """
## The supervisor

Read by `make run` only, in addition to the above.

"""


def render() -> str:
    """The whole page."""
    settings = [
        (_variable(name), _default(field), _words(field))
        for name, field in Settings.model_fields.items()
        if name not in SECRETS and name not in WECHAT_SECRETS
    ]
    secrets = [(_variable(name), f"`{name}.key`", PURPOSES[name]) for name in SECRETS]
    secrets += [
        (_variable(name), f"`{name}.key`", _words(Settings.model_fields[name]))
        for name in WECHAT_SECRETS
    ]
    return (
        _HEAD
        + _table(("Variable", "Default", "Meaning"), settings)
        + _SECRETS_HEAD
        + _table(("Variable", "File", "What for"), secrets)
        + _SUPERVISOR_HEAD
        + _table(("Variable", "Meaning (default)"), _supervisor())
    )


def _supervisor() -> List[Tuple[str, str]]:
    """The variables that the supervisor's own documentation lists."""
    found = re.findall(r"^(CARE_[A-Z_]+) +(\S.*)$", run.__doc__ or "", re.MULTILINE)
    return [(f"`{name}`", meaning) for name, meaning in found]


def _variable(name: str) -> str:
    return f"`CARE_{name.upper()}`"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value in ("", None):
        return "none"
    if isinstance(value, Path):
        value = value.relative_to(ROOT).as_posix()
    elif isinstance(value, tuple):
        value = list(value)
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"`{value}`"


def _words(field: FieldInfo) -> str:
    words = field.description or ""
    if get_origin(field.annotation) is Literal:
        choices = " or ".join(f"`{choice}`" for choice in get_args(field.annotation))
        return f"{choices}: {words}"
    if get_origin(field.annotation) is tuple:
        return f"list: {words}"
    return words


def _table(head: Tuple[str, ...], rows: List[Any]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(prog="python -m tools.settings_reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the page is current")
    page = render()
    if parser.parse_args().check:
        current = FILE.is_file() and FILE.read_text(encoding="utf-8") == page
        print(f"{FILE}: {'current' if current else 'not current'}")
        return 0 if current else 1
    FILE.write_text(page, encoding="utf-8")
    print(f"{FILE}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The running product's ``endpoints.yml`` and ``credentials.yml``: the root's, with the secrets.

Runs in the care environment (it reads YAML): ``python -m tools.rasa_config``, with the care server's
``CARE_*`` variables, so that both sides have the same secrets wherever these come from. Written to
``var/run`` with mode 600; the files at the root never hold a secret.
"""

from __future__ import annotations

import ast
import io
import os
from pathlib import Path
from typing import Any, Dict, Mapping

from ruamel.yaml import YAML

from tools import ports, secret_files
from tools.failure import SetupFailure, run_main
from tools.layout import Layout
from tools.run import RunSettings

GATEWAY = "bot.channels.gateway.GatewayInput"
WEBHOOK = "/actions/webhook"


def running_endpoints(
    root: Mapping[str, Any],
    *,
    private_address: str,
    action_secret: str,
    tracker_file: Path,
    tracker_url: str,
) -> Dict[str, Any]:
    """The root's endpoints with our action webhook, its secret, and a lasting place for trackers.

    The secret goes as a header: Rasa's ``token`` would put it into the address, and so into logs.
    ``tracker_url`` names a database server; without it the trackers are in the SQLite file
    ``tracker_file``.
    """
    result = dict(root)
    headers = {"Authorization": "Bearer " + action_secret}
    action = dict(root.get("action_endpoint") or {})
    result["action_endpoint"] = {**action, "url": private_address + WEBHOOK, "headers": headers}
    store = dict(root.get("tracker_store") or {"type": "SQL", "dialect": "sqlite"})
    if tracker_url:
        for name in ("dialect", "db", "host", "port", "username", "password"):
            store.pop(name, None)
        store["url"] = tracker_url
    elif store.get("dialect", "sqlite") == "sqlite":
        store["db"] = str(tracker_file)
    result["tracker_store"] = store
    return result


def require_class(root: Path, dotted: str) -> None:
    """Raise `SetupFailure` when ``dotted``, a class of ours in ``bot/``, is not there.

    Rasa only warns about a tracker store it cannot import, and then keeps all in memory.
    """
    module, _, name = dotted.rpartition(".")
    if not module.startswith("bot."):
        return
    source = root / (module.replace(".", "/") + ".py")
    found = source.is_file() and any(
        isinstance(node, ast.ClassDef) and node.name == name
        for node in ast.parse(source.read_text(encoding="utf-8")).body
    )
    if not found:
        raise SetupFailure(f"endpoints.yml names the class {dotted}, which is not in the tree.")


def running_credentials(gateway_secret: str) -> Dict[str, Any]:
    """The gateway is the only channel of the running product."""
    return {GATEWAY: {"secret": gateway_secret}}


def write_private(path: Path, document: Mapping[str, Any]) -> None:
    """Write ``document`` as YAML, readable for us alone from its first byte on."""
    text = io.StringIO()
    yaml = YAML()
    yaml.width = 1000  # a long secret stays on its line
    yaml.dump(dict(document), text)
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(
            "# Generated at each start from the file of this name at the root. Holds secrets.\n"
        )
        stream.write(text.getvalue())
    aside.replace(path)


def main() -> int:
    """Write both files."""
    layout = Layout.from_environment()
    try:
        root = YAML(typ="safe").load(layout.root / "endpoints.yml") or {}
    except OSError as error:
        raise SetupFailure(f"endpoints.yml cannot be read ({error.strerror}).") from error
    require_class(layout.root, (root.get("tracker_store") or {}).get("type", ""))
    settings = RunSettings.from_environment(os.environ)
    private = ports.address(settings.private_host, settings.private_port)
    endpoints = running_endpoints(
        root,
        private_address=private,
        action_secret=secret_files.read(layout.secrets, "action_secret"),
        tracker_file=layout.var / "rasa.db",
        tracker_url=os.environ.get("CARE_TRACKER_URL", ""),
    )
    layout.run.mkdir(parents=True, exist_ok=True)
    write_private(layout.run / "endpoints.yml", endpoints)
    credentials = running_credentials(secret_files.read(layout.secrets, "gateway_secret"))
    write_private(layout.run / "credentials.yml", credentials)
    return 0


if __name__ == "__main__":
    run_main(main)

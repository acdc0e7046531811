"""The running product's endpoints and credentials: the root's, completed, and private."""

import stat
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tools.failure import SetupFailure
from tools.layout import ROOT
from tools.rasa_config import (
    GATEWAY,
    require_class,
    running_credentials,
    running_endpoints,
    write_private,
)


def _endpoints(root: dict[str, object], tracker_url: str = "") -> dict[str, dict[str, object]]:
    return running_endpoints(
        root,
        private_address="http://127.0.0.1:8081",
        action_secret="s3cret",
        tracker_file=Path("/srv/var/rasa.db"),
        tracker_url=tracker_url,
    )


def test_the_webhook_gets_its_address_and_secret_and_keeps_its_options() -> None:
    root = {"action_endpoint": {"url": "http://elsewhere", "enable_selective_domain": True}}
    assert _endpoints(root)["action_endpoint"] == {
        "url": "http://127.0.0.1:8081/actions/webhook",
        "enable_selective_domain": True,
        "headers": {"Authorization": "Bearer s3cret"},
    }


def test_trackers_survive_a_restart_even_if_the_root_names_no_store() -> None:
    assert _endpoints({})["tracker_store"] == {
        "type": "SQL",
        "dialect": "sqlite",
        "db": "/srv/var/rasa.db",
    }


def test_a_database_server_replaces_the_file_and_our_class_stays() -> None:
    root: dict[str, object] = {
        "tracker_store": {"type": "bot.store.Bounded", "dialect": "sqlite", "db": "x", "limit": 200}
    }
    assert _endpoints(root, "postgresql://host/rasa")["tracker_store"] == {
        "type": "bot.store.Bounded",
        "limit": 200,
        "url": "postgresql://host/rasa",
    }


def test_the_rest_of_the_root_is_kept_and_the_root_untouched() -> None:
    root: dict[str, object] = {"lock_store": {"type": "in_memory"}, "action_endpoint": {}}
    assert _endpoints(root)["lock_store"] == {"type": "in_memory"}
    assert root["action_endpoint"] == {}


def test_the_gateway_is_the_only_channel() -> None:
    assert running_credentials("s3cret") == {GATEWAY: {"secret": "s3cret"}}
    require_class(ROOT, GATEWAY)


def test_files_are_private_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.yml"
    path.write_text("old")
    path.chmod(0o644)
    document = {"a": {"b": "12345678901234567890", "c": "${NAME}"}}
    write_private(path, document)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert YAML(typ="safe").load(path) == document


def test_a_store_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "store.py").write_text("class Bounded: ...\n")
    require_class(tmp_path, "bot.store.Bounded")
    require_class(tmp_path, "SQL")
    for wrong in ("bot.store.Bound", "bot.stores.Bounded"):
        with pytest.raises(SetupFailure, match=wrong):
            require_class(tmp_path, wrong)


def test_the_roots_own_files_hold_no_secret_and_name_real_classes() -> None:
    root = YAML(typ="safe").load(ROOT / "endpoints.yml")
    require_class(ROOT, root["tracker_store"]["type"])
    assert "headers" not in root["action_endpoint"]
    assert "token" not in root["action_endpoint"]

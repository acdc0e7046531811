"""The running product's endpoints and credentials: the root's, completed, and private."""

import stat
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from care.settings import Settings
from tools import rasa_config, rasa_server, secret_files
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


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"CARE_GATEWAY_SECRET": "", "CARE_ACTION_SECRET": "", "CARE_RASA_TOKEN": ""},
        {"CARE_GATEWAY_SECRET": "g: #1", "CARE_ACTION_SECRET": "a", "CARE_RASA_TOKEN": "r"},
        {"CARE_ACTION_SECRET": "a"},
    ],
)
def test_rasa_and_care_have_the_same_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    """Wherever they come from: files, variables, or some from here and some from there."""
    monkeypatch.setenv("CARE_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("CARE_PRIVATE_HOST", "")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    secret_files.ensure(tmp_path / "secrets")
    assert rasa_config.main() == 0
    yaml, care = YAML(typ="safe"), Settings()
    action = yaml.load(tmp_path / "run" / "endpoints.yml")["action_endpoint"]
    assert action["headers"] == {"Authorization": f"Bearer {care.action_secret.get_secret_value()}"}
    assert action["url"] == "http://127.0.0.1:8081/actions/webhook"
    gateway = yaml.load(tmp_path / "run" / "credentials.yml")[GATEWAY]
    assert gateway == {"secret": care.gateway_secret.get_secret_value()}
    became: list[list[str]] = []
    monkeypatch.setattr("sys.argv", ["rasa_server", "run"])
    monkeypatch.setattr("runpy.run_module", lambda *_, **__: became.append(list(sys.argv)))
    rasa_server.main()
    token = care.rasa_token.get_secret_value()
    assert became == [["rasa", "run", "--auth-token", token]]
    assert token

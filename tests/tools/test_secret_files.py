"""The shared secrets: made once, readable for nobody else, never changed."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from care.settings import SECRETS
from tools import secret_files
from tools.failure import SetupFailure


def test_made_once_with_mode_600(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    secret_files.ensure(folder)
    first = {path.name: path.read_text() for path in folder.iterdir()}
    secret_files.ensure(folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == first
    assert len(set(first.values())) == len(secret_files.NAMES)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_lost_secret_comes_back_alone(tmp_path: Path) -> None:
    secret_files.ensure(tmp_path)
    kept = secret_files.read(tmp_path, "pepper")
    lost = secret_files.read(tmp_path, "rasa_token")
    (tmp_path / "rasa_token.key").unlink()
    (tmp_path / "pepper.key").chmod(0o644)
    secret_files.ensure(tmp_path)
    assert secret_files.read(tmp_path, "pepper") == kept
    assert secret_files.read(tmp_path, "rasa_token") != lost
    assert stat.S_IMODE((tmp_path / "pepper.key").stat().st_mode) == 0o600


def test_they_are_long_and_the_sealing_key_seals(tmp_path: Path) -> None:
    secret_files.ensure(tmp_path)
    assert all(len(secret_files.read(tmp_path, name)) >= 43 for name in secret_files.NAMES)
    sealer = Fernet(secret_files.read(tmp_path, "sealing_key"))
    assert sealer.decrypt(sealer.encrypt(b"13800138000")) == b"13800138000"


def test_the_care_server_knows_the_same_names() -> None:
    assert set(secret_files.NAMES) == set(SECRETS)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SetupFailure, match="cannot be written"):
        secret_files.ensure(tmp_path / "file" / "secrets")


def test_a_variable_goes_before_the_file_and_needs_none(tmp_path: Path) -> None:
    given = {"CARE_ACTION_SECRET": "from outside", "CARE_PEPPER": ""}
    secret_files.ensure(tmp_path, given)
    assert not (tmp_path / "action_secret.key").exists()
    assert secret_files.read(tmp_path, "action_secret", given) == "from outside"
    assert len(secret_files.read(tmp_path, "pepper", given)) == 64


def test_a_secret_that_is_nowhere_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SetupFailure, match=r"CARE_RASA_TOKEN.*rasa_token\.key"):
        secret_files.read(tmp_path, "rasa_token", {})

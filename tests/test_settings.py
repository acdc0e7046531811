"""Settings: what the environment says, and what counts as not said."""

from pathlib import Path

import pytest

from care.settings import SECRETS, Settings
from tools import secret_files


def test_an_empty_variable_counts_as_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_files.ensure(tmp_path / "secrets")
    monkeypatch.setenv("CARE_VAR_DIR", str(tmp_path))
    unset = Settings()
    for name in Settings.model_fields:
        if name != "var_dir":
            monkeypatch.setenv(f"CARE_{name.upper()}", "")
    assert Settings() == unset
    assert unset.missing_secrets() == []
    assert unset.port == 8080


def test_a_variable_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret_files.ensure(tmp_path / "secrets")
    monkeypatch.setenv("CARE_VAR_DIR", str(tmp_path))
    for name in SECRETS:
        monkeypatch.setenv(f"CARE_{name.upper()}", f"my {name}")
        assert getattr(Settings(), name).get_secret_value() == f"my {name}"


@pytest.mark.parametrize("name", [n for n in Settings.model_fields if n.startswith("keep_")])
def test_nothing_is_kept_for_less_than_a_day(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings(**{name: 0})  # type: ignore[arg-type]

"""Only a model of ours is loaded: everything else is refused before it is unpacked."""

import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care.settings import ROOT
from care.studio.models.archive import ArchiveRefused, check
from tests.studio.models import archives


def _refused(path: Path, **options: Any) -> str:
    with pytest.raises(ArchiveRefused) as refused:
        check(path, **options)
    return str(refused.value.data["why"])


def test_a_model_of_ours_is_taken(tmp_path: Path) -> None:
    found = check(archives.write(tmp_path))
    assert (found.name, found.intents) == (archives.NAME, ("query_bill", "greet"))
    assert check(tmp_path / f"{archives.NAME}.tar.gz", sha256=found.sha256) == found


def test_the_trained_model_of_this_checkout_is_taken() -> None:
    models = sorted((ROOT / "var" / "models").glob("*.tar.gz"))
    if not models:
        pytest.skip("no model was trained here")
    assert "query_bill" in check(models[0]).intents


@pytest.mark.parametrize(
    "name", ["model", "xiaoxun-xyz", "xiaoxun-0123456789AB", "other-0123456789ab"]
)
def test_a_name_that_is_not_ours(tmp_path: Path, name: str) -> None:
    assert _refused(archives.write(tmp_path, name)) == "name"


def test_bytes_that_are_not_those_that_were_registered(tmp_path: Path) -> None:
    known = check(archives.write(tmp_path)).sha256
    path = archives.write(tmp_path, seed="other weights")
    assert _refused(path, sha256=known) == "changed"


def test_a_file_that_is_gone_or_no_archive(tmp_path: Path) -> None:
    path = tmp_path / f"{archives.NAME}.tar.gz"
    assert _refused(path) == "missing"
    path.write_bytes(b"not an archive")
    assert _refused(path) == "broken"


def test_an_archive_that_is_cut_off(tmp_path: Path) -> None:
    path = archives.write(tmp_path, seed="x" * 100_000)
    path.write_bytes(path.read_bytes()[:-20])
    assert _refused(path) == "broken"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../outside", tarfile.REGTYPE),
        ("components/../../outside", tarfile.REGTYPE),
        ("/etc/passwd", tarfile.REGTYPE),
        ("a\\..\\b", tarfile.REGTYPE),
        ("link", tarfile.SYMTYPE),
        ("link", tarfile.LNKTYPE),
        ("device", tarfile.CHRTYPE),
        ("pipe", tarfile.FIFOTYPE),
    ],
)
def test_members_that_lead_outside(tmp_path: Path, name: str, kind: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    assert _refused(archives.write(tmp_path, extra=[member])) == "unsafe"


def test_one_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care.studio.models.archive.UNPACKED", 1000)
    assert _refused(archives.write(tmp_path, seed="0" * 2000)) == "too_large"
    monkeypatch.setattr("care.studio.models.archive.UNPACKED", 10_000)
    monkeypatch.setattr("care.studio.models.archive.MEMBERS", 2)
    assert _refused(archives.write(tmp_path)) == "too_large"


def _with_component(used: str) -> dict[str, Any]:
    return archives.metadata(predict_schema={"nodes": {"one": {"uses": used}}})


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ({}, "version"),
        (archives.metadata(rasa_open_source_version="3.5.0"), "version"),
        (archives.metadata(assistant_id="somebody"), "foreign"),
        (archives.metadata(train_schema=None), "broken"),
        (archives.metadata(predict_schema={"nodes": [1]}), "broken"),
        (_with_component("os.system"), "component"),
        (_with_component("bot.nlu.tokenizer.Nobody"), "component"),
        (_with_component("bot.channels.gateway.GatewayInput"), "component"),
        (_with_component("bot.nlu.nothing.Tokenizer"), "component"),
        (_with_component("bot.nlu.../../tools.run.Tokenizer"), "component"),
        (_with_component("subprocess.Popen"), "component"),
    ],
)
def test_metadata_of_another_model(tmp_path: Path, says: dict[str, Any], why: str) -> None:
    assert _refused(archives.write(tmp_path, says=says)) == why


def test_one_without_metadata(tmp_path: Path) -> None:
    path = tmp_path / f"{archives.NAME}.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("components"))
    assert _refused(path) == "no_metadata"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=400), st.integers(0, 400))
def test_whatever_the_bytes_are_it_is_refused_and_nothing_else(
    tmp_path: Path, noise: bytes, at: int
) -> None:
    path = archives.write(tmp_path)
    good = path.read_bytes()
    path.write_bytes(good[:at] + noise + good[at + len(noise) :])
    try:
        found = check(path)
    except ArchiveRefused:
        return
    assert found.name == archives.NAME  # the noise hit what does not matter

"""The locked lists: a hash for everything, no address or path of the machine that made them."""

import re

import pytest

from tools.layout import Layout

REQUIREMENTS = Layout.from_environment({}).requirements
LISTS = sorted(path.name for path in REQUIREMENTS.glob("*.txt"))


def _pins(name: str) -> dict[str, str]:
    text = (REQUIREMENTS / name).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LISTS)
def test_every_package_has_a_hash_and_nothing_says_where_from(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", text) if "==" in entry]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--index|--find-links|^\s*#.*\s/", text, re.MULTILINE)


@pytest.mark.parametrize(("run", "test"), [("bot.txt", "bot-dev.txt"), ("care.txt", "dev.txt")])
def test_tests_run_on_the_versions_that_run_in_production(run: str, test: str) -> None:
    assert _pins(run).items() <= _pins(test).items()

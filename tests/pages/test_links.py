"""Signed links: only what we signed opens a page, and only while its time lasts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.links import LinkExpired, Links
from tests.fakes import ManualClock

LIFE = timedelta(minutes=10)
SUBJECTS = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)


def links(clock: ManualClock | None = None, secret: str = "s") -> Links:
    return Links(secret, "http://care.example/", clock or ManualClock())


def token(address: str) -> str:
    return address.rpartition("/")[2]


@given(SUBJECTS)
def test_a_link_gives_back_its_subject(subject: str) -> None:
    address = links().make("pay", subject, LIFE)
    assert address.startswith("http://care.example/p/pay/")
    assert links().read("pay", token(address)) == subject


@given(SUBJECTS, st.data())
def test_an_altered_link_opens_nothing(subject: str, data: st.DataObject) -> None:
    good = token(links().make("pay", subject, LIFE))
    place = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.characters(exclude_characters=good[place]))
    with pytest.raises(LinkExpired):
        links().read("pay", good[:place] + other + good[place + 1 :])


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(LinkExpired):
        links().read("pay", text)


def test_a_link_is_for_one_page_one_secret_and_a_time() -> None:
    clock = ManualClock()
    good = token(links(clock).make("pay", "x", LIFE))
    with pytest.raises(LinkExpired):
        links(clock).read("password", good)
    with pytest.raises(LinkExpired):
        links(clock, secret="other").read("pay", good)
    clock.advance(minutes=9)
    assert links(clock).read("pay", good) == "x"
    clock.advance(minutes=1)
    with pytest.raises(LinkExpired):
        links(clock).read("pay", good)


@pytest.mark.parametrize("subject", ["", "a b", "a.b", "../x", "x" * 65])
def test_a_subject_is_an_identifier(subject: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        links().make("pay", subject, LIFE)

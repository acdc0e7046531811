"""Pictures: made anew, with nothing in them but the picture."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from care.conversations.attachments import LONGEST_SIDE, MAX_BYTES, NoPicture, made_anew


def drawn(form: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "red").save(written, form, **more)
    return written.getvalue()


@pytest.mark.parametrize(
    ("form", "mime"),
    [("JPEG", "image/jpeg"), ("PNG", "image/jpeg"), ("GIF", "image/png"), ("WEBP", "image/jpeg")],
)
def test_known_kinds(form: str, mime: str) -> None:
    picture = made_anew(drawn(form))
    assert picture.mime == mime
    assert Image.open(io.BytesIO(picture.content)).size == (40, 30)


def test_place_and_camera_are_gone_and_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0110] = "SecretPhone"
    exif[0x0112] = 6  # lies on its side
    picture = made_anew(drawn("JPEG", exif=exif))
    assert b"SecretPhone" not in picture.content
    again = Image.open(io.BytesIO(picture.content))
    assert again.size == (30, 40)
    assert not again.getexif()


def test_what_stands_behind_a_picture_is_gone() -> None:
    picture = made_anew(drawn("PNG") + b"<script>alert(1)</script>")
    assert b"script" not in picture.content


def test_a_large_picture_is_made_smaller() -> None:
    picture = made_anew(drawn("PNG", (5000, 1000)))
    assert max(Image.open(io.BytesIO(picture.content)).size) == LONGEST_SIDE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        drawn("PNG")[:60],
        bytes(MAX_BYTES + 1),
    ],
)
def test_what_is_no_picture(content: bytes) -> None:
    with pytest.raises(NoPicture):
        made_anew(content)


def test_a_bomb_is_refused() -> None:
    with pytest.raises(NoPicture):
        made_anew(drawn("PNG", (9000, 9000), mode="1"))


@given(st.binary(max_size=200), st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP"]))
def test_fuzz(noise: bytes, form: str) -> None:
    whole = drawn(form)
    for content in (noise, whole[:20] + noise, whole[: len(whole) // 2] + noise):
        try:
            made_anew(content)
        except NoPicture:
            continue

"""Vectors on disk: never wrong, whatever happened to the file."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from care.knowledge.sentence_encoder import SIZE, Vectors
from care.knowledge.vector_cache import DIGEST, KEY, ROW, VectorCache

TEXTS = ["彩铃怎么开通", "光猫红灯", "补卡要多少钱"]


class Counting:
    """Makes a vector of each text's own, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return np.array(
            [np.random.default_rng(list(text.encode())).normal(size=SIZE) for text in texts],
            dtype=np.float32,
        ).reshape(len(texts), SIZE)


def vectors_of(
    folder: Path | None, texts: Sequence[str], name: str = "a"
) -> tuple[Vectors, list[str]]:
    encode = Counting()
    return VectorCache(folder, name).vectors(texts, encode), encode.asked


def test_what_is_on_disk_is_not_encoded_again_and_is_the_same(tmp_path: Path) -> None:
    first, asked = vectors_of(tmp_path, TEXTS)
    assert asked == TEXTS
    second, asked = vectors_of(tmp_path, TEXTS)
    assert asked == []
    assert np.array_equal(first, second)
    assert np.array_equal(first, vectors_of(None, TEXTS)[0]), "with a cache and without are one"
    assert np.allclose(first, Counting()(TEXTS), rtol=1e-3, atol=1e-4)


def test_only_a_changed_wording_is_encoded(tmp_path: Path) -> None:
    before, _ = vectors_of(tmp_path, TEXTS)
    changed = [TEXTS[2], "光猫一直闪红灯", TEXTS[0], TEXTS[0]]
    after, asked = vectors_of(tmp_path, changed)
    assert asked == ["光猫一直闪红灯"]
    assert np.array_equal(after[[0, 2, 3]], before[[2, 0, 0]])
    assert not np.array_equal(after[1], before[1])
    assert vectors_of(tmp_path, TEXTS)[1] == [TEXTS[1]], "what is no longer used is not kept"


def test_the_vectors_of_another_encoder_are_not_taken(tmp_path: Path) -> None:
    vectors_of(tmp_path, TEXTS, "a")
    assert vectors_of(tmp_path, TEXTS, "b")[1] == TEXTS


def torn(content: bytes) -> bytes:
    return content[: len(content) // 2]


def short_by_a_text(content: bytes) -> bytes:
    return content[: -(KEY + ROW)]


def one_bit_turned(content: bytes) -> bytes:
    place = DIGEST + len(TEXTS) * KEY + 100
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def empty(content: bytes) -> bytes:
    return b""


def foreign(content: bytes) -> bytes:
    return b"PK\x03\x04" + content


@pytest.mark.parametrize("damage", [torn, short_by_a_text, one_bit_turned, empty, foreign])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    first, _ = vectors_of(tmp_path, TEXTS)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    again, asked = vectors_of(tmp_path, TEXTS)
    assert asked == TEXTS
    assert np.array_equal(again, first)
    assert file.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [file], "no temporary file stays"


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    first, asked = vectors_of(tmp_path / "taken", TEXTS)
    assert asked == TEXTS
    assert first.shape == (len(TEXTS), SIZE)


def test_no_texts_have_no_vectors(tmp_path: Path) -> None:
    assert vectors_of(tmp_path, [])[0].shape == (0, SIZE)

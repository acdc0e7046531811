"""One hash for a set of files."""

from pathlib import Path

from tools.content_hash import content_hash, files_below


def _tree(root: Path) -> list[Path]:
    (root / "sub").mkdir()
    (root / "a.txt").write_text("a")
    (root / "sub" / "b.txt").write_text("b")
    return [root / "a.txt", root / "sub" / "b.txt"]


def test_same_files_same_hash_in_any_order(tmp_path: Path) -> None:
    files = _tree(tmp_path)
    assert content_hash(tmp_path, files) == content_hash(tmp_path, list(reversed(files)))


def test_content_name_and_place_count(tmp_path: Path) -> None:
    files = _tree(tmp_path)
    hashes = {content_hash(tmp_path, files)}
    files[0].write_text("changed")
    hashes.add(content_hash(tmp_path, files))
    moved = files[0].rename(tmp_path / "c.txt")
    hashes.add(content_hash(tmp_path, [moved, files[1]]))
    hashes.add(content_hash(tmp_path, [moved, files[1]], "3.10"))
    assert len(hashes) == 4


def test_moving_text_from_one_file_to_the_next_is_a_change(tmp_path: Path) -> None:
    files = _tree(tmp_path)
    files[0].write_text("ab")
    files[1].write_text("")
    before = content_hash(tmp_path, files)
    files[0].write_text("a")
    files[1].write_text("b")
    assert content_hash(tmp_path, files) != before


def test_a_missing_file_is_as_if_not_named(tmp_path: Path) -> None:
    files = _tree(tmp_path)
    assert content_hash(tmp_path, [*files, tmp_path / "none"]) == content_hash(tmp_path, files)


def test_rejected_folders_are_not_entered(tmp_path: Path) -> None:
    files = _tree(tmp_path)
    assert list(files_below(tmp_path, lambda path: path.name != "sub")) == files[:1]
    assert list(files_below(tmp_path, lambda path: True)) == files

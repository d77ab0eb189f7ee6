"""Files are seen whole or not at all, and nothing half written stays behind."""

from pathlib import Path

import pytest

from campaign.files import replacing


def test_a_file_takes_the_place_of_the_old_one_once_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "goi.zip"
    path.write_bytes(b"old")
    with replacing(path) as aside:
        aside.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "goi.zip"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="full"), replacing(path) as aside:
        aside.write_bytes(b"half of the n")
        raise OSError("full")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_who_write_one_file_at_once_do_not_write_into_each_other(tmp_path: Path) -> None:
    path = tmp_path / "anh.png"
    with replacing(path) as one, replacing(path) as other:
        one.write_bytes(b"one")
        other.write_bytes(b"other")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]

"""The key file: whole or not there, made once, and never made anew where secrets depend on the old one."""

import os
from pathlib import Path

import pytest

from campaign.errors import Problem
from campaign.vault import Vault, read_or_make_key


@pytest.mark.parametrize("spoilt", [b"", b"khong phai khoa"])
def test_a_spoilt_key_is_said_and_never_made_anew(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / "vault.key").write_bytes(spoilt)
    with pytest.raises(Problem, match="bị hỏng; hãy chép lại từ bản cất riêng"):
        Vault(tmp_path)
    assert (tmp_path / "vault.key").read_bytes() == spoilt


def test_a_crash_while_the_key_is_made_leaves_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(handle: int) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", power_cut)
        with pytest.raises(OSError, match="power cut"):
            Vault(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert Vault(tmp_path).open(Vault(tmp_path).seal({"token": "x"})) == {"token": "x"}


@pytest.mark.parametrize("links", [True, False])
def test_of_two_that_make_a_key_at_once_the_first_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    path = tmp_path / "a.key"

    def slow() -> bytes:
        assert read_or_make_key(path, lambda: b"first") == b"first"
        return b"second"

    assert read_or_make_key(path, slow) == b"first"
    assert [found.name for found in tmp_path.iterdir()] == ["a.key"]


def _no_links(self: Path, target: Path) -> None:
    raise PermissionError(1, "no hard links on this disk")

"""The command line: what works says so, what fails says one sentence and never a traceback."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ENVIRONMENT = {**os.environ, "LANTOA_PASSWORD": "mat-khau-thu-nghiem", "PYTHONIOENCODING": "utf-8"}


def lantoa(*words: object, **changes: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "campaign", *map(str, words)],
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=False, env={**ENVIRONMENT, **changes},
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "nhà mới"
    answer = lantoa(
        "init", "--home", folder, "--unit", "Xã Thử", "--kind", "xã", "--login", "quantri", "--name", "Quản Trị"
    )
    assert answer.returncode == 0, answer.stderr
    assert "lantoa run" in answer.stdout
    return folder


def failed(answer: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one sentence a failure prints."""
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr
    return answer.stderr


def test_a_new_home_has_a_configuration_keys_and_the_library(made: Path) -> None:
    assert (made / "config.toml").exists() and (made / "keys" / "vault.key").exists()
    rows = json.loads(lantoa("library", "list", "--home", made, "--json").stdout)
    assert len(rows) >= 30 and {row["state"] for row in rows} == {"draft"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_keys_are_for_their_owner_only(made: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in (made / "keys").iterdir()} == {0}


def test_a_home_is_not_set_up_twice(made: Path) -> None:
    answer = lantoa("init", "--home", made, "--unit", "X", "--kind", "xã", "--login", "a", "--name", "A")
    assert "đã được thiết lập" in failed(answer, 1)


def test_what_is_no_home_says_how_to_make_one(tmp_path: Path) -> None:
    assert "lantoa init" in failed(lantoa("run", "--home", tmp_path / "trống"), 2)


def test_a_short_password_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    words = ("init", "--home", tmp_path / "x", "--unit", "X", "--kind", "xã", "--login", "a", "--name", "A")
    assert "ít nhất" in failed(lantoa(*words, LANTOA_PASSWORD="ngan"), 1)
    assert not (tmp_path / "x").exists()


def test_users_and_channels_can_be_added_and_listed(made: Path) -> None:
    assert lantoa("user", "add", "--home", made, "--login", "ba", "--name", "Ba", "--role", "editor").returncode == 0
    users = json.loads(lantoa("user", "list", "--home", made, "--json").stdout)
    assert {"ba", "quantri"} <= {user["login"] for user in users}
    assert lantoa("channel", "add", "--home", made, "--kind", "facebook", "--name", "Trang Thử").returncode == 0
    (channel,) = json.loads(lantoa("channel", "list", "--home", made, "--json").stdout)
    assert (channel["kind"], channel["connected"]) == ("facebook", False)


def test_a_log_in_is_taken_once(made: Path) -> None:
    answer = lantoa("user", "add", "--home", made, "--login", "quantri", "--name", "Q", "--role", "editor")
    assert "đã có" in failed(answer, 1)


def test_a_taken_port_is_said_in_one_sentence(made: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        text = (made / "config.toml").read_text(encoding="utf-8")
        (made / "config.toml").write_text(re.sub(r"port = \d+", f"port = {port}", text), encoding="utf-8")
        assert f"Cổng {port}" in failed(lantoa("run", "--home", made), 1)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    words = ("init", "--home", tmp_path / "x", "--unit", "X", "--kind", "xã", "--login", "a", "--name", "A")
    assert "Không tạo được" in failed(lantoa(*words), 1)


def test_a_damaged_database_is_said_and_the_backup_offered(made: Path, tmp_path: Path) -> None:
    broken = tmp_path / "hỏng"
    broken.mkdir()
    (broken / "lantoa.db").write_bytes(b"not a database, but long enough to look like one" * 100)
    assert "lantoa restore" in failed(lantoa("doctor", "--home", broken), 1)


def test_the_doctor_names_what_is_not_well_and_what_to_do(made: Path) -> None:
    answer = lantoa("doctor", "--home", made, "--json")
    findings = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert all(finding["advice"] for finding in findings if not finding["ok"])
    assert any("lantoa run" in finding["advice"] for finding in findings)


def test_a_backup_is_made_and_restored(made: Path, tmp_path: Path) -> None:
    pack = tmp_path / "sao lưu.zip"
    assert lantoa("backup", pack, "--home", made).returncode == 0
    answer = lantoa("restore", pack, "--home", tmp_path / "nơi khác")
    assert answer.returncode == 0, answer.stderr
    assert "tạm dừng" in answer.stdout
    assert len(json.loads(lantoa("library", "list", "--home", tmp_path / "nơi khác", "--json").stdout)) >= 30


def test_the_wrong_words_end_with_two() -> None:
    assert lantoa("khong-co").returncode == 2
    assert lantoa("user", "add", "--role", "vua").returncode == 2


@pytest.mark.parametrize(
    "command",
    ["demo", "init", "run", "web", "worker", "library", "user", "channel", "backup", "restore", "doctor"],
)
def test_every_command_explains_itself(command: str) -> None:
    answer = lantoa(command, "--help")
    assert answer.returncode == 0 and len(answer.stdout) > 80

"""The command line: what works says so, what fails says one sentence and never a traceback."""

import errno
import io
import json
import logging
import os
import re
import shutil
import socket
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import click
import peewee as pw
import pytest
from click.testing import CliRunner

from campaign import serve
from campaign.cli import cli
from campaign.cli.failures import sentence
from campaign.db import database
from campaign.errors import Problem
from campaign.home import Home
from campaign.models import Unit
from tests.campaign.command_line import failed, init, lantoa


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init(tmp_path_factory.mktemp("cli") / "nhà mới")


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


def test_a_full_disk_is_said(home: Home) -> None:
    pages = database.execute_sql("PRAGMA page_count").fetchone()[0]
    database.execute_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(pw.OperationalError) as full, database.atomic("IMMEDIATE"):
        for number in range(2000):
            Unit.create(name=f"Xã {number}" * 20, kind="xã")
    assert sentence(full.value) == "Ổ đĩa đã đầy; hãy xóa bớt tệp rồi chạy lại."


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
    [
        ["demo"],
        ["init"],
        ["run"],
        ["web"],
        ["worker"],
        ["check"],
        ["speak"],
        ["plan"],
        ["backup"],
        ["restore"],
        ["doctor"],
        ["rules", "list"],
        ["rules", "sheet"],
        ["rules", "review"],
        ["library", "load"],
        ["library", "list"],
        ["library", "search"],
        ["library", "export"],
        ["library", "import"],
        ["library", "packs"],
        ["library", "recall"],
        ["user", "add"],
        ["user", "list"],
        ["user", "password"],
        ["user", "disable"],
        ["channel", "list"],
        ["channel", "add"],
        ["channel", "connect"],
    ],
    ids=" ".join,
)
def test_every_command_explains_itself(command: list[str]) -> None:
    answer = CliRunner().invoke(cli, [*command, "--help"])
    assert answer.exit_code == 0
    assert (callback := _found(command).callback) is not None and callback.__doc__
    assert callback.__doc__.splitlines()[0][:40] in answer.output


def test_no_command_is_left_out_above() -> None:
    tested = test_every_command_explains_itself.pytestmark[0].args[1]
    with click.Context(cli) as context:
        groups = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    names = [[name, *below] for name, group in groups.items() for below in _below(group)]
    assert sorted(names) == sorted(tested)


def _found(words: list[str]) -> click.Command:
    command: click.Command = cli
    with click.Context(cli) as context:
        for word in words:
            assert isinstance(command, click.Group)
            below = command.get_command(context, word)
            assert below is not None
            command = below
    return command


def _below(command: click.Command | None) -> list[list[str]]:
    return [[name] for name in command.commands] if isinstance(command, click.Group) else [[]]


@pytest.mark.parametrize("blank", ["--login", "--name", "--unit", "--kind"])
def test_a_blank_answer_leaves_no_half_made_home(tmp_path: Path, blank: str) -> None:
    answers = {"--unit": "Xã Thử", "--kind": "xã", "--login": "a", "--name": "A"}
    words = [word for pair in {**answers, blank: "  "}.items() for word in pair]
    assert "Hãy nhập" in failed(lantoa("init", "--home", tmp_path / "x", *words), 1)
    assert not (tmp_path / "x").exists()


def test_a_home_on_postgresql_is_not_set_up_twice(pg_home: Home, tmp_path: Path) -> None:
    second = tmp_path / "máy hai"
    second.mkdir()
    url = pg_home.config["database.url"]
    (second / "config.toml").write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    answer = lantoa("init", "--home", second, "--unit", "X", "--kind", "xã", "--login", "a", "--name", "A")
    assert "đã được thiết lập" in failed(answer, 1)
    assert not (second / "keys").exists()
    assert Unit.select().count() == 1


def test_a_log_in_is_found_in_capitals_too(made: Path) -> None:
    words = ("--home", made, "--login", "BienTap", "--name", "Biên Tập", "--role", "editor")
    assert lantoa("user", "add", *words).returncode == 0
    assert lantoa("user", "password", "BIENTAP", "--home", made).returncode == 0
    assert lantoa("user", "disable", "BienTap", "--home", made).returncode == 0
    users = json.loads(lantoa("user", "list", "--home", made, "--json").stdout)
    assert {user["login"]: user["active"] for user in users}["bientap"] is False


def test_there_is_no_unit_of_number_nought(made: Path) -> None:
    answer = lantoa("channel", "add", "--home", made, "--kind", "facebook", "--name", "Không", "--unit", "0")
    assert "số 0" in failed(answer, 2)


def test_a_load_says_what_it_left_alone(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "nha")
    shutil.copytree(files("content") / "library", tmp_path / "tep")  # type: ignore[arg-type]
    file = sorted((tmp_path / "tep").rglob("*.md"))[0]
    file.write_text(file.read_text(encoding="utf-8").rstrip() + "\n\nThêm một câu.\n", encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "nha" / "lantoa.db")) as base, base:
        base.execute("UPDATE revision SET state = 'submitted'")
    answer = lantoa("library", "load", tmp_path / "tep", "--home", tmp_path / "nha")
    assert answer.returncode == 0, answer.stderr
    assert f"1 giữ vì đang có bản nháp: {file.stem}." in answer.stdout


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.EADDRINUSE, "chương trình khác"),
        (errno.EACCES, "dưới 1024"),
        (errno.EADDRNOTAVAIL, r"panel\.host"),
    ],
)
def test_a_port_that_cannot_be_had_is_said_with_its_own_reason(
    home: Home, monkeypatch: pytest.MonkeyPatch, code: int, sentence: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(serve, "create_server", refused)
    with pytest.raises(Problem, match=sentence), serve.panel(home, port=80):
        pass


def test_a_host_without_an_address_is_said(home: Home) -> None:
    with pytest.raises(Problem, match=r"panel\.host"), serve.panel(home, host="khong hop le", port=0):
        pass


def test_a_traceback_in_the_log_holds_no_secret() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(serve.RedactingFormatter())
    log = logging.Logger("riêng")
    log.addHandler(handler)
    try:
        raise RuntimeError("GET /v26.0/1?access_token=EAABbimat")
    except RuntimeError:
        log.exception("bài %s: %s", 1, "refresh_token=bimat")
    assert "bimat" not in out.getvalue()
    assert "Traceback" in out.getvalue() and "bài 1" in out.getvalue()


def test_the_command_line_logs_through_that_formatter(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.RootLogger(logging.WARNING)
    monkeypatch.setattr(logging, "root", root)
    serve.log_to_stderr()
    assert [type(handler.formatter) for handler in root.handlers] == [serve.RedactingFormatter]


def test_the_doctor_says_nothing_that_could_never_be_otherwise(made: Path) -> None:
    findings = json.loads(lantoa("doctor", "--home", made, "--json").stdout)
    assert not any("phiên bản" in finding["what"] for finding in findings)

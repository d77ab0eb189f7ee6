"""The configuration: a wrong value names the file, the key and what to write instead; the exit code is 2."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign import config
from campaign.config import KEYS, load
from campaign.errors import WrongUse


def written(folder: Path, text: str) -> Path:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_every_key_has_its_default(tmp_path: Path) -> None:
    assert load(tmp_path).values == {key.name: key.default for key in KEYS}


def test_the_sample_is_valid_and_changes_nothing(tmp_path: Path) -> None:
    assert load(written(tmp_path, config.example())).values == config.defaults()


def test_a_file_from_notepad_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbf[panel]\r\nport = 9000\r\n")
    assert load(tmp_path)["panel.port"] == 9000


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('[panel]\nport = "tám nghìn"', ["panel.port", "số từ 1 đến 65535"]),
        ("[panel]\nport = 70000", ["panel.port", "số từ 1 đến 65535"]),
        ("[panel]\nport = true", ["panel.port"]),
        ('public_url = "lantoa.example.org"', ["public_url", "https://"]),
        ('public_url = "https://lantoa.example.org/"', ["public_url", "không có dấu /"]),
        ('[database]\nurl = "mysql://may/lantoa"', ["database.url", "postgresql://"]),
        ('[services.facebook]\napi_url = ""', ["services.facebook.api_url"]),
        ("[worker]\nthreads = 0", ["worker.threads"]),
        ("[worker]\nthread = 3", ["worker.thread", "config.example.toml"]),
        ("[panel\nport = 1", ["TOML", "dòng 1"]),
    ],
)
def test_a_wrong_value_names_the_file_the_key_and_the_mend(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(WrongUse) as caught:
        load(written(tmp_path, text))
    for part in ("config.toml", *parts):
        assert part in str(caught.value)


def test_a_wrong_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes("public_url = 'địa chỉ'".encode("utf-16"))
    with pytest.raises(WrongUse, match="UTF-8"):
        load(tmp_path)


def test_the_command_line_ends_with_two_and_one_sentence(tmp_path: Path) -> None:
    from campaign.cli import cli

    answer = CliRunner().invoke(cli, ["doctor", "--home", str(written(tmp_path, "[panel]\nport = 0"))])
    assert isinstance(answer.exception, WrongUse)
    assert answer.exception.exit_code == 2

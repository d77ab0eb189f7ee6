"""The configuration: a wrong value names the file, the key and what to write instead; the exit code is 2."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign import config
from campaign.config import KEYS, load
from campaign.errors import WrongUse
from channels.http import TIMEOUT


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
        ('public_url = "https://[lantoa"', ["public_url", "https://"]),
        ('public_url = "https://lantoa.example.org:99999"', ["public_url", "https://"]),
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


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("database.url", '[database]\nurl = "postgresql://u:bimat/khau@may/lantoa"'),
        ("database.url", '[database]\nurl = "postgresql://u:12/bimat@may/lantoa"'),
        ("database.url", '[database]\nurl = "postgresql://u:bimat#khau@may/lantoa"'),
        ("database.url", '[database]\nurl = "postgresql://u:12?bimat@may/lantoa"'),
        ("database.url", '[database]\nurl = "postgresql://u:bimat@may:99999/lantoa"'),
        ("database.url", '[database]\nurl = "postgresql://u:bimat@may"'),
        ("public_url", 'public_url = "https://[bimat"'),
        ("public_url", 'public_url = "https://may:bimat"'),
    ],
)
def test_an_address_that_cannot_be_read_is_said_without_repeating_it(tmp_path: Path, key: str, text: str) -> None:
    with pytest.raises(WrongUse) as caught:
        load(written(tmp_path, text))
    sentence = str(caught.value)
    assert "config.toml" in sentence and key in sentence and "bimat" not in sentence
    assert key != "database.url" or "%2F" in sentence
    assert caught.value.__cause__ is None and caught.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:mat%2Fkhau@may/lantoa", "postgres://u@127.0.0.1:5433/lantoa", "postgresql://u:a@b@may/lantoa"],
)
def test_a_database_address_may_name_port_and_password(tmp_path: Path, url: str) -> None:
    assert load(written(tmp_path, f'[database]\nurl = "{url}"'))["database.url"] == url


def test_a_lease_outlasts_the_longest_request() -> None:
    """Half of it even, so that a request which may still leave also ends under the lease."""
    assert config.defaults()["worker.lease_seconds"] / 2 > sum(TIMEOUT)


def test_the_sample_in_the_repository_is_the_programs_own() -> None:
    sample = Path(__file__).parents[2] / "config.example.toml"
    assert sample.read_text(encoding="utf-8") == config.example()

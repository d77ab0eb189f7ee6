"""`lantoa check` and `lantoa speak`: the fixed contract of their lines, and what they say of files."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from campaign import house_rules, pronunciations
from campaign.home import Home
from campaign.models import Unit, User
from content.language import REGISTERS, check
from content.speech import Form, speak
from tests.campaign.command_line import ENVIRONMENT, LANTOA, failed, lantoa

SLUR = "Anh ấy bị si đa."
CLEAN = "Xét nghiệm HIV sớm để điều trị sớm."
FINDING = ["rule", "severity", "start", "end", "text", "message", "alternatives"]
# What a console on another code page, or on none, makes of Python.
FOREIGN = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C", "LANG": "C"}

MESSAGE = """+++
id = "thu-nghiem"
title = "Xét nghiệm HIV sớm"
pillar = "knowledge"
audience = ["everyone"]
topics = ["testing"]
register = "public"
channels = ["facebook", "loudspeaker"]
valid_from = 2026-01-01
valid_until = 2027-12-31

[variants.facebook]
text = "Chị ấy bị *si đa* từ năm ngoái."

[variants.loudspeaker]
text = "Mời bà con đến trạm y tế lúc 7h30."

[[sources]]
title = "Quy tắc có chữ si đa ở tên nguồn"
year = 2026
verified_on = 2026-11-20
+++
Bà con ơi.

Đừng gọi ai là nạn nhân. Anh ấy bị
si đa.
"""


def piped(*words: str, given: bytes, **changes: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {**ENVIRONMENT, **changes}
    return subprocess.run([*LANTOA, *words], input=given, capture_output=True, timeout=60, check=False, env=environment)


def objects(answer: "subprocess.CompletedProcess[bytes]") -> list[dict[str, Any]]:
    """What was printed, one JSON object a line."""
    assert answer.stdout.endswith(b"\n") or not answer.stdout
    return [json.loads(line) for line in answer.stdout.decode("utf-8").split("\n")[:-1]]


@contextmanager
def partner(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A program at the other end of a pipe."""
    with subprocess.Popen(
        [*LANTOA, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


@pytest.fixture
def message(tmp_path: Path) -> Path:
    path = tmp_path / "thông điệp.md"
    path.write_text(MESSAGE, encoding="utf-8")
    return path


# ---------------------------------------------------------------- check, line by line


def test_every_line_gives_one_object() -> None:
    given = f"{SLUR}\n\n{CLEAN}\n"
    answer = piped("check", "--lines", given=given.encode())
    first, second, third = objects(answer)
    (finding,) = first["findings"]
    assert list(first) == ["findings"] and list(finding) == FINDING
    assert (finding["rule"], finding["severity"], finding["text"]) == ("naming.sida", "error", "si đa")
    assert SLUR[finding["start"] : finding["end"]] == "si đa"
    assert finding["alternatives"] == ["HIV", "AIDS"] and "tiếng lóng" in finding["message"]
    assert second == third == {"findings": []}
    assert (answer.returncode, answer.stderr) == (1, b"")


def test_lines_without_an_error_end_with_nought() -> None:
    assert piped("check", "--lines", given=CLEAN.encode()).returncode == 0
    assert piped("check", "--lines", given="Kiến thức về bệnh HIV.\n".encode()).returncode == 0


def test_no_line_gives_no_object() -> None:
    answer = piped("check", "--lines", given=b"")
    assert (answer.returncode, answer.stdout) == (0, b"")


@pytest.mark.parametrize(
    "line",
    [
        "Chị H. nói: 🎗️ anh ấy bị si đa 🎗️",
        "Anh â\u0301y bi\u0323 si đa.",
        "\ufeffAnh bị si đa.",
        "Anh\u200b bị si\u00ad đa.\t ",
        "  Anh bị\u2028si đa.\u0085 Hết. ",
        "Anh bị si đa.\rNgày mai",
        "\x00 Anh bị si đa.",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_are_those_of_the_line_as_received(line: str, end: str) -> None:
    answer = piped("check", "--lines", given=f"{line}{end}{CLEAN}{end}".encode())
    first, second = objects(answer)
    assert first["findings"], line
    for finding in first["findings"]:
        assert finding["text"] == line[finding["start"] : finding["end"]]
    assert second == {"findings": []}
    # No reader of lines, however it understands them, sees more than two.
    assert len(answer.stdout.decode("utf-8").splitlines()) == 2


def test_a_register_may_be_given() -> None:
    line = "Hai người nhiễm HIV được hỗ trợ."
    for register in REGISTERS:
        (row,) = objects(piped("check", "--lines", "--register", register, given=line.encode()))
        assert [one["rule"] for one in row["findings"]] == [one.rule for one in check(line, register)]
    assert piped("check", "--lines", "--register", "khac", given=b"").returncode == 2


@pytest.mark.parametrize("command", ["check", "speak"])
def test_an_answer_comes_before_the_next_line_is_sent(command: str) -> None:
    with partner(command, "--lines") as process:
        assert process.stdin is not None and process.stdout is not None
        for line in (SLUR, CLEAN, ""):
            process.stdin.write(f"{line}\n".encode())
            process.stdin.flush()
            answer = process.stdout.readline().decode("utf-8")
            assert answer.endswith("\n")
            if command == "check":
                assert bool(json.loads(answer)["findings"]) == (line == SLUR)
            else:
                assert answer == f"{speak(line).text}\n"


@pytest.mark.parametrize("command", ["check", "speak"])
def test_it_is_utf_8_whatever_the_console_is(command: str) -> None:
    answer = piped(command, "--lines", given=f"{SLUR}\n".encode(), **FOREIGN)
    assert "si đa" in answer.stdout.decode("utf-8")
    assert piped(command, given=SLUR.encode(), **FOREIGN).stdout.decode("utf-8").count("si đa") == 1


@pytest.mark.parametrize("command", ["check", "speak"])
@pytest.mark.parametrize("lines", [["--lines"], []])
def test_what_is_not_utf_8_is_said_with_its_line(command: str, lines: list[str]) -> None:
    answer = piped(command, *lines, given=f"{CLEAN}\n".encode() + "café".encode("cp1252") + b"\n")
    assert answer.returncode == 2
    said = answer.stderr.decode("utf-8")
    assert "Dữ liệu vào không phải UTF-8 ở dòng 2; hãy lưu lại với mã UTF-8." in said and "Traceback" not in said


def test_a_reader_that_goes_away_is_no_defect() -> None:
    with partner("check", "--lines") as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdout.close()
        process.stdin.write(f"{SLUR}\n".encode() * 3)
        process.stdin.flush()
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize("command", ["check", "speak"])
def test_it_does_not_wait_for_the_panel_or_the_database(command: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "campaign", command, "--lines"],
        input=SLUR, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False, env=ENVIRONMENT,
    )  # fmt: skip
    read = {line.rpartition("|")[2].strip().partition(".")[0] for line in answer.stderr.splitlines()}
    assert "content" in read
    assert not read & {"flask", "peewee", "requests", "sqlite3", "markdown", "cryptography", "openpyxl"}


# ---------------------------------------------------------------- check of files


def test_a_file_is_read_with_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "bài.txt"
    file.write_text(f"\ufeff{CLEAN}\r\n\r\nHôm nay, {SLUR}\r\n", encoding="utf-8", newline="")
    answer = lantoa("check", file)
    rule = "“Si đa” là tiếng lóng miệt thị; hãy viết HIV, hoặc AIDS nếu nói về giai đoạn AIDS."
    assert answer.stdout == f"{file}:3:20  lỗi  “si đa”  {rule}  → HIV, AIDS\n"
    assert answer.stderr == "Tổng cộng: 1 lỗi, 0 cảnh báo, 0 gợi ý.\n"
    assert answer.returncode == 1


def test_a_clean_file_is_said_to_be_clean(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(CLEAN, encoding="utf-8")
    answer = lantoa("check", tmp_path / "a.txt")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "Không thấy chỗ nào cần sửa.\n")


def test_a_warning_alone_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kiến thức về bệnh HIV.", encoding="utf-8")
    answer = lantoa("check", tmp_path / "a.txt")
    assert (answer.returncode, answer.stdout.count("cảnh báo")) == (0, 1)


@pytest.mark.parametrize("words", [[], ["-"]])
def test_without_a_file_standard_input_is_read(words: list[str]) -> None:
    answer = piped("check", *words, given=f"{CLEAN}\n{SLUR}".encode())
    assert answer.returncode == 1
    assert answer.stdout.decode("utf-8").startswith("-:2:11  lỗi  “si đa”")


def test_a_finding_over_a_line_end_is_shown_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Anh ấy bị si\nđa.", encoding="utf-8")
    (line,) = lantoa("check", tmp_path / "a.txt").stdout.splitlines()
    assert ":1:11  lỗi  “si đa”" in line


def test_a_message_is_checked_passage_by_passage_in_its_file(message: Path) -> None:
    answer = lantoa("check", message)
    places = [line.partition("  ")[0].removeprefix(f"{message}:") for line in answer.stdout.splitlines()]
    assert places == ["13:20", "26:1"], answer.stdout
    assert answer.returncode == 1


def test_the_register_of_a_message_is_its_own_unless_one_is_given(message: Path) -> None:
    message.write_text(MESSAGE.replace('"public"', '"testimony"'), encoding="utf-8")
    assert lantoa("check", message).returncode == 0
    assert lantoa("check", "--register", "public", message).returncode == 1


def test_json_gives_one_object_a_file(message: Path, tmp_path: Path) -> None:
    plain = tmp_path / "a.txt"
    plain.write_text(f"\n{SLUR}", encoding="utf-8")
    answer = lantoa("check", "--json", message, plain)
    first, second = (json.loads(line) for line in answer.stdout.splitlines())
    assert [first["file"], second["file"]] == [str(message), str(plain)]
    (finding,) = second["findings"]
    assert list(finding) == [*FINDING, "line", "column", "passage"]
    assert (finding["start"], finding["end"], finding["line"], finding["column"]) == (11, 16, 2, 11)
    assert [one["passage"] for one in first["findings"]] == ["Trang Facebook, nội dung", "Nội dung gốc"]
    for one in first["findings"]:
        assert one["text"] == MESSAGE[one["start"] : one["end"]]
    assert (answer.returncode, answer.stderr) == (1, "")


def test_a_file_that_cannot_be_read_does_not_hide_the_others(message: Path, tmp_path: Path) -> None:
    (tmp_path / "hỏng.md").write_text("+++\nid = 1\n+++\n", encoding="utf-8")
    (tmp_path / "cũ.txt").write_bytes(SLUR.encode("utf-16"))
    files = [tmp_path / "không có.txt", tmp_path, tmp_path / "hỏng.md", tmp_path / "cũ.txt", message]
    answer = lantoa("check", *files)
    assert answer.stdout.count("si đa") == 2
    *said, last = answer.stderr.splitlines()
    assert ["Không có tệp" in said[0], "là thư mục" in said[1], "dòng 2" in said[2], "không phải UTF-8" in said[3]] == [
        True
    ] * 4
    assert last == "Không đọc được 4 tệp; hãy sửa theo các dòng trên rồi chạy lại."
    assert answer.returncode == 2


def test_the_same_words_in_two_passages_have_two_places(tmp_path: Path) -> None:
    text = MESSAGE.replace("*si đa* từ năm ngoái", "si đa").replace("Anh ấy bị\nsi đa", "Chị ấy bị si đa")
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    lines = lantoa("check", tmp_path / "a.md").stdout.splitlines()
    assert [line.partition("  ")[0].rpartition("a.md:")[2] for line in lines] == ["13:19", "25:36"]


# ---------------------------------------------------------------- speak


def test_every_line_is_spoken_in_one_line() -> None:
    given = "Họp lúc 7h30 ngày 1/12/2026.\r\n\nPrEP 12%\rHết"
    answer = piped("speak", "--lines", given=given.encode())
    lines = answer.stdout.decode("utf-8").split("\n")
    assert lines == [speak("Họp lúc 7h30 ngày 1/12/2026.").text, "", f"{speak('PrEP 12%').text} Hết", ""]
    assert answer.returncode == 0


@pytest.mark.parametrize("form", list(Form))
def test_the_form_may_be_chosen(form: Form) -> None:
    answer = piped("speak", "--form", form, given="PrEP và ARV, 12%".encode())
    assert answer.stdout.decode("utf-8") == speak("PrEP và ARV, 12%", form).text + "\n"


def test_json_tells_the_length_and_what_is_not_sure() -> None:
    text = "Gọi XYZQ trước 7h30."
    row = json.loads(piped("speak", "--json", "--rate", "120", given=text.encode()).stdout)
    spoken = speak(text)
    assert list(row) == ["text", "warnings", "syllables", "seconds"]
    assert (row["text"], row["syllables"]) == (spoken.text, spoken.syllables)
    assert row["seconds"] == round(spoken.syllables / 2, 1)
    (warning,) = row["warnings"]
    assert list(warning) == ["text", "start", "end", "message"]
    assert (warning["text"], text[warning["start"] : warning["end"]]) == ("XYZQ", "XYZQ")


def test_lines_may_be_json_too() -> None:
    answer = piped("speak", "--lines", "--json", given="Gọi XYZQ.\n\n12%\n".encode())
    rows = objects(answer)
    assert [row["text"] for row in rows] == ["Gọi XYZQ.", "", "Mười hai phần trăm"]
    assert [len(row["warnings"]) for row in rows] == [1, 0, 0]
    assert answer.stderr == b""


def test_without_json_what_is_not_sure_goes_beside_the_text() -> None:
    for words, where in ((["speak"], "-:2:5"), (["speak", "--lines"], "-:2:5")):
        answer = piped(*words, given="Một.\nGọi XYZQ.\n".encode())
        assert answer.stdout.decode("utf-8") == "Một.\nGọi XYZQ.\n"
        assert answer.stderr.decode("utf-8").startswith(f"{where}  “XYZQ”  ")


def test_of_a_message_the_broadcast_is_spoken(message: Path) -> None:
    assert lantoa("speak", message).stdout == "Mời bà con đến trạm y tế lúc bảy giờ ba mươi phút.\n"


def test_a_broken_message_is_not_spoken(message: Path) -> None:
    message.write_text("+++\nid = 1\n+++\n", encoding="utf-8")
    assert "dòng 2" in failed(lantoa("speak", message), 1)


@pytest.mark.parametrize("words", [["--rate", "0"], ["--rate", "nan"], ["--form", "hat"], ["--unit", "1"], ["a", "b"]])
def test_wrong_words_end_with_two(words: list[str]) -> None:
    answer = piped("speak", *words, given=b"")
    assert answer.returncode == 2 and b"Traceback" not in answer.stderr


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "hãy xem lại tên" in failed(lantoa("speak", tmp_path / "x.txt"), 2)


# ---------------------------------------------------------------- with a home


def test_the_rules_of_a_home_are_used_if_it_is_named(home: Home) -> None:
    levels = {"severity": {"public": "off"}, "since": "2026-11-16"}
    house_rules.store({"naming.sida": levels}, None, home.clock.now())
    folder = os.fspath(home.config.home)
    assert piped("check", "--lines", "--home", folder, given=SLUR.encode()).returncode == 0
    assert piped("check", "--lines", given=SLUR.encode(), LANTOA_HOME=folder).returncode == 1


def test_the_pronunciations_of_a_unit_are_used_if_its_home_is_named(home: Home, people: dict[str, User]) -> None:
    unit = Unit.get()
    below = Unit.create(name="Ấp Thử", kind="ấp", parent=unit)
    for where, words in ((unit, "ích y dét quy"), (below, "xóm yên dũng")):
        pronunciations.save(people["editor"], where, "XYZQ", words, "", "Ấp Thử, 2026", home.clock.now())
    folder = os.fspath(home.config.home)
    assert piped("speak", "--home", folder, given=b"XYZQ").stdout.decode("utf-8") == "Ích y dét quy\n"
    answer = piped("speak", "--home", folder, "--unit", str(below.id), given=b"XYZQ")
    assert answer.stdout.decode("utf-8") == "Xóm yên dũng\n"
    assert piped("speak", "--home", folder, "--unit", "99", given=b"XYZQ").returncode == 2
    assert piped("speak", given=b"XYZQ").stdout == b"XYZQ\n"


def test_a_folder_that_is_no_home_is_said(tmp_path: Path) -> None:
    assert "lantoa init" in failed(lantoa("check", "--home", tmp_path / "trống"), 2)

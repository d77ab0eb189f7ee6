"""docs/ngon-ngu.md: every sentence, rule, reading and command of the guide does what the guide says."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.review_book import COLUMNS, LEVELS
from campaign.review_sheet import cells_of
from content.language import DEFAULT, check
from content.speech import Form, speak
from tests.campaign.command_line import LANTOA, init, run_in

GUIDE = (Path(__file__).parents[2] / "docs" / "ngon-ngu.md").read_text(encoding="utf-8")


def rows_of(*titles: str) -> list[list[str]]:
    """The rows of all tables with these titles."""
    head = f"| {' | '.join(titles)} |"
    rows: list[list[str]] = []
    lines = iter(GUIDE.splitlines())
    for line in lines:
        if line == head:
            next(lines)
            rows += [_cells(row) for row in _until_blank(lines)]
    return rows


def _until_blank(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield line


def _cells(row: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip("|"))]


def blocks(kind: str) -> list[str]:
    """The fenced blocks of a kind, without the margin of the list that they stand in."""
    found = re.finditer(rf"^( *)```{kind}\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{match[1]}", "", match[2], flags=re.MULTILINE) for match in found]


SENTENCES = rows_of("Câu", "Giọng văn", "Kết quả")
READINGS = rows_of("Viết", "Người đọc", "Máy đọc")
COMMANDS = [
    line.removeprefix("$ lantoa ") for block in blocks("console") for line in block.splitlines() if line[0] == "$"
]


def test_the_guide_has_examples_of_every_kind() -> None:
    assert len(SENTENCES) >= 25 and len(READINGS) >= 4 and len(COMMANDS) >= 6


@pytest.mark.parametrize(("sentence", "register", "result"), SENTENCES)
def test_a_sentence_gives_what_the_guide_says(sentence: str, register: str, result: str) -> None:
    found = [f"{LEVELS[finding.severity]} `{finding.rule}`" for finding in check(sentence, register)]
    assert found == ([] if result == "không có gì" else [result])


@pytest.mark.parametrize(("written", "reader", "tts"), READINGS)
def test_a_text_is_read_as_the_guide_says(written: str, reader: str, tts: str) -> None:
    assert (speak(written).text, speak(written, Form.TTS).text) == (reader, tts)


def test_the_rule_that_is_explained_is_the_real_one() -> None:
    shown = rows_of("Cột", "Ở quy tắc này", "Nghĩa là")
    named = re.search(r"Lấy quy tắc `([a-z.-]+)` làm ví dụ", GUIDE)
    assert named is not None and len(shown) >= 10
    cells = cells_of(DEFAULT.rules[named[1]])
    names = {column.title: column.name for column in COLUMNS}
    for title, value, _ in shown:
        assert value in cells[names[title]], title


def test_all_shipped_rules_still_wait_for_their_review() -> None:
    assert "mọi quy tắc đều ghi “chờ rà soát”" in GUIDE
    assert {rule.review for rule in DEFAULT.rules.values()} == {"pending"}


def test_the_commands_print_what_the_guide_shows(tmp_path: Path) -> None:
    (tmp_path / "bai.txt").write_text(blocks("text")[0], encoding="utf-8")
    init(tmp_path / "nha")
    for block in blocks("console"):
        for command in re.split(r"^\$ lantoa ", block, flags=re.MULTILINE)[1:]:
            words, _, printed = command.partition("\n")
            answer = run_in(tmp_path, [*LANTOA, *shlex.split(words)])
            assert answer.returncode in {0, 1} and "Traceback" not in answer.stdout, answer.stdout
            assert not printed or answer.stdout == printed, words

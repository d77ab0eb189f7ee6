"""`lantoa check`: the language check of files, or line by line for another program."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click

from campaign.cli import texts
from campaign.cli.common import open_at
from campaign.errors import Problem, WrongUse
from content.language import REGISTERS, Finding, RuleSet, Severity, check

_LEVELS = {Severity.ERROR: "lỗi", Severity.WARNING: "cảnh báo", Severity.SUGGESTION: "gợi ý"}
_LEAD = 60  # characters before a finding by which its place in the file is known


@click.command("check")
@click.argument("files", metavar="[TỆP]...", nargs=-1)
@click.option("--lines", "by_line", is_flag=True, help="Mỗi dòng vào là một văn bản; mỗi dòng ra là một JSON.")
@click.option(
    "--register",
    type=click.Choice(REGISTERS),
    help="Giọng văn: đại chúng (public, mặc định), chính thức, lời kể. Tệp thông điệp tự khai giọng văn.",
)
@click.option("--json", "as_json", is_flag=True, help="In mỗi tệp một JSON cho chương trình khác đọc.")
@click.option("--home", "folder", type=click.Path(path_type=Path), help="Dùng cả quy tắc đã rà soát ở thư mục nhà này.")
def check_command(
    files: tuple[str, ...], by_line: bool, register: str | None, as_json: bool, folder: Path | None
) -> None:
    """Tìm trong văn bản những chỗ kỳ thị, sai sự thật hay lộ riêng tư, và cách nói thay.

    Không ghi TỆP (hoặc ghi -) thì đọc từ đầu vào. Kết thúc với mã 1 nếu có lỗi.
    """
    rules = _rules(folder)
    if by_line:
        errors = _check_lines(files, register or "public", rules)
    else:
        errors = _check_files(files or (texts.STDIN,), register, rules, as_json)
    sys.exit(1 if errors else 0)


def _rules(folder: Path | None) -> RuleSet | None:
    if folder is None:
        return None
    from campaign.db import connected
    from campaign.house_rules import rules_in_force

    open_at(folder)
    with connected():
        return rules_in_force()


def _check_lines(files: Iterable[str], register: str, rules: RuleSet | None) -> bool:
    """Check line by line; whether there was an error."""
    errors = False
    for line in texts.lines(files):
        findings = check(line.text, register, rules)
        texts.write_json({"findings": [asdict(finding) for finding in findings]})
        errors = errors or any(finding.severity == Severity.ERROR for finding in findings)
    return errors


def _check_files(files: Iterable[str], register: str | None, rules: RuleSet | None, as_json: bool) -> bool:
    """Check files one by one; whether there was an error. Raises WrongUse at the end if one could not be read."""
    counts = dict.fromkeys(_LEVELS, 0)
    unread = 0
    for file in files:
        try:
            source, found = _findings_in(file, register, rules)
        except Problem as problem:
            click.echo(str(problem), err=True)
            unread += 1
            continue
        for one in found:
            counts[one.finding.severity] += 1
        if as_json:
            texts.write_json({"file": file, "findings": [one.row(source) for one in found]})
        else:
            for one in found:
                texts.write_line(one.line(file, source))
    if unread:
        raise WrongUse(f"Không đọc được {unread} tệp; hãy sửa theo các dòng trên rồi chạy lại.")
    if not as_json:
        summary = ", ".join(f"{count} {_LEVELS[level]}" for level, count in counts.items())
        click.echo(f"Tổng cộng: {summary}." if any(counts.values()) else "Không thấy chỗ nào cần sửa.", err=True)
    return counts[Severity.ERROR] > 0


@dataclass(frozen=True)
class _Found:
    """A finding with its place in the file; `passage` is the part of a message that it is in."""

    finding: Finding
    passage: str = ""

    def row(self, source: str) -> dict[str, object]:
        """As JSON: the finding, its line and column, and the passage."""
        line, column = texts.line_and_column(source, self.finding.start)
        return {**asdict(self.finding), "line": line, "column": column, "passage": self.passage}

    def line(self, file: str, source: str) -> str:
        """As one line for a person."""
        finding = self.finding
        words = " ".join(finding.text.split())
        parts = [texts.place(file, source, finding.start), _LEVELS[finding.severity], f"“{words}”", finding.message]
        if finding.alternatives:
            parts.append(f"→ {', '.join(finding.alternatives)}")
        return "  ".join(parts)


def _findings_in(file: str, register: str | None, rules: RuleSet | None) -> tuple[str, list[_Found]]:
    """The text of a file and what is found in it, in order. Raises Problem where it cannot be read."""
    text = texts.whole(file)
    if not texts.is_message(text):
        return text, [_Found(finding) for finding in check(text, register or "public", rules)]
    source = texts.normal(text)
    found = sorted(_findings_in_message(source, file, register, rules), key=lambda one: one.finding.start)
    return source, found


def _findings_in_message(source: str, file: str, register: str | None, rules: RuleSet | None) -> Iterator[_Found]:
    from campaign.clearance import passages
    from content.message_file import MessageError, read_message

    try:
        message = read_message(source, file)
    except MessageError as error:
        raise Problem(str(error)) from error
    places = _Places(source)
    for label, text in passages(message):
        for finding in check(text, register or message.register, rules):
            start, end = places.of(text, finding)
            yield _Found(replace(finding, start=start, end=end, text=source[start:end] or finding.text), label)


class _Places:
    """Finds again in a message file what was found in a passage of it, past its marks of emphasis and line ends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._taken: set[tuple[str, int]] = set()

    def of(self, passage: str, finding: Finding) -> tuple[int, int]:
        """Start and end in the file; where one passage repeats another, each gets its own place."""
        lead = re.findall(r"\w+", passage[max(0, finding.start - _LEAD) : finding.start])[1:]
        words = re.findall(r"\w+", finding.text)
        for before in (lead, []):
            pattern = r"\b" + r"\W+".join(f"(?:{re.escape(word)})" for word in before)
            pattern += (r"\W+" if before else "") + "(?P<it>" + r"\W+".join(map(re.escape, words)) + ")"
            for match in re.finditer(pattern, self._source):
                if (finding.rule, match.start("it")) not in self._taken:
                    self._taken.add((finding.rule, match.start("it")))
                    return match.span("it")
        return 0, 0

"""The frozen sentences of writers who never saw the rules: how many harmful ones are stopped, how many clean ones hurt.

What was measured when a set was first run, and why no line of it is ever changed, stands in sentences/README.md.
"""

import json
from pathlib import Path

import pytest

from content.language import Severity, check

SETS = Path(__file__).with_name("sentences")
STOPPED, FALSE_ALARMS = 0.95, 0.03  # the aims


def lines(name: str) -> list[str]:
    written = (SETS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in written if line.strip() and not line.startswith("#")]


def exam(name: str) -> tuple[list[str], list[str]]:
    """The harmful and the clean sentences of one examiner."""
    rows = [json.loads(line) for line in lines(name)]
    return [row["text"] for row in rows if row["harmful"]], [row["text"] for row in rows if not row["harmful"]]


def stopped(sentences: list[str]) -> float:
    found = sum(any(finding.severity == Severity.ERROR for finding in check(text)) for text in sentences)
    return found / len(sentences)


def alarmed(sentences: list[str]) -> float:
    grave = {Severity.ERROR, Severity.WARNING}
    return sum(any(finding.severity in grave for finding in check(text)) for text in sentences) / len(sentences)


def test_the_first_frozen_set_meets_the_aims() -> None:
    assert stopped(lines("harmful.txt")) >= STOPPED
    assert alarmed(lines("clean.txt")) <= FALSE_ALARMS


def test_the_examiners_sets_meet_the_aims_together() -> None:
    sets = [exam(f"exam-{name}.jsonl") for name in "abcdef"]
    assert stopped([text for harmful, _ in sets for text in harmful]) >= STOPPED
    assert alarmed([text for _, clean in sets for text in clean]) <= FALSE_ALARMS


@pytest.mark.parametrize("name", ["e", "f"])
def test_sets_that_nothing_was_mended_for_stay_as_good_as_on_their_first_run(name: str) -> None:
    harmful, clean = exam(f"exam-{name}.jsonl")
    assert stopped(harmful) >= 0.92
    assert alarmed(clean) <= FALSE_ALARMS

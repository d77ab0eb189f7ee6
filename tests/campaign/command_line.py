"""The `lantoa` command as a program of its own, for the tests of the command line."""

import os
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = {**os.environ, "LANTOA_PASSWORD": "mat-khau-thu-nghiem", "PYTHONIOENCODING": "utf-8"}
ENVIRONMENT.pop("LANTOA_HOME", None)
ROOT = Path(__file__).parents[2]
LANTOA = [sys.executable, "-m", "campaign"]


def lantoa(*words: object, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run a command without any input; `changes` are variables of its environment."""
    return subprocess.run(
        [*LANTOA, *map(str, words)],
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=False, env={**ENVIRONMENT, **changes},
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def failed(answer: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one sentence a failure prints."""
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr
    return answer.stderr


def init(folder: Path) -> Path:
    """Set up a home as the README says."""
    words = ("--unit", "Xã Thử", "--kind", "xã", "--login", "quantri", "--name", "Quản Trị")
    answer = lantoa("init", "--home", folder, *words)
    assert answer.returncode == 0, answer.stderr
    assert "lantoa run" in answer.stdout
    return folder


def run_in(folder: Path, command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder, with its errors among what it prints, as a terminal shows them."""
    return subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        timeout=60, check=False, stdin=subprocess.DEVNULL, env={**ENVIRONMENT, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip

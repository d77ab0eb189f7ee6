"""What holds for the project as a whole: the borders between the houses, and facts that stand in two places."""

import re
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import campaign
from campaign import config

ROOT = Path(__file__).parent.parent
FOLDERS = (".ci", "bench", "campaign", "channels", "content", "deploy", "docs", "tests")
TEXT = {".css", ".html", ".js", ".md", ".py", ".sh", ".sql", ".svg", ".toml", ".txt", ".yml", ""}
# The folder of some machine or person at the start of a path, not within an address.
MACHINE_PATH = re.compile(r"(?<![\w.:}~/-])/(?:work|tmp|root|home|Users)/\w+|[A-Z]:\\{1,2}Users\\")


def test_imports_go_from_campaign_to_channels_to_content_and_never_back() -> None:
    lint = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_unmaintained_sdk_is_imported_by_one_module() -> None:
    importing = [path.name for path in (ROOT / "channels").rglob("*.py") if _imports_sdk(path)]
    importing += [path.name for path in (ROOT / "campaign").rglob("*.py") if _imports_sdk(path)]
    assert importing == ["graph.py"]


def test_nothing_names_a_folder_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {match.group()}"
        for path in _texts()
        for match in MACHINE_PATH.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_sample_configuration_is_what_the_program_writes() -> None:
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == config.example()


def test_the_version_is_the_same_in_the_program_the_package_and_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"(?m)^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert newest is not None
    assert campaign.__version__ == project["version"] == newest.group(1)


def _imports_sdk(path: Path) -> bool:
    return re.search(r"(?m)^\s*(?:import|from) facebook\b", path.read_text(encoding="utf-8")) is not None


def _texts() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
                yield path

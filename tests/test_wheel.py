"""The wheel holds all that the program needs, and runs where there is no checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import campaign

ROOT = Path(__file__).parent.parent
# What a wheel without data would lack: each pattern must match as many files as the checkout has.
DATA = (
    "content/library/**/*.md",
    "content/data/**/*.toml",
    "content/fonts/*",
    "channels/data/*.toml",
    "channels/assets/*",
    "channels/simulators/**/templates/*.html",
    "channels/simulators/**/*.toml",
    "campaign/migrations/*.py",
    "campaign/panel/templates/**/*.html",
    "campaign/panel/static/**/*",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built with the hatchling that the tests installed: no network."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `lantoa` command of a fresh environment that has this wheel, and borrows its dependencies from the tests'."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    _run([sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--quiet", "--no-index", "--no-deps",
          "--disable-pip-version-check", wheel], folder)  # fmt: skip
    (packages,) = (folder / "venv").rglob("site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return scripts / "lantoa"


@pytest.mark.parametrize("pattern", DATA)
def test_data_is_in_the_wheel(wheel: Path, pattern: str) -> None:
    wanted = {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern) if path.is_file()}
    wanted = {name for name in wanted if "__pycache__" not in name}
    with zipfile.ZipFile(wheel) as pack:
        assert wanted and wanted <= set(pack.namelist())


def test_nothing_but_the_three_houses_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as pack:
        tops = {name.split("/")[0] for name in pack.namelist()}
        assert tops == {"campaign", "channels", "content", f"lantoa-{campaign.__version__}.dist-info"}
        assert not [name for name in pack.namelist() if "__pycache__" in name]


def test_the_installed_program_sets_up_a_home_and_lists_its_library_outside_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    assert _run([installed, "--version"], tmp_path).strip() == f"lantoa, version {campaign.__version__}"
    where = [installed.parent / "python", "-c", "import campaign; print(campaign.__file__)"]
    assert _run(where, tmp_path).startswith(str(installed.parent.parent))
    home = ["--home", tmp_path / "home"]
    _run([installed, "init", *home, "--unit", "Xã Hòa Bình Thử", "--kind", "xã", "--login", "quantri",
          "--name", "Người quản trị", "--password", "mat-khau-thu-nghiem"], tmp_path)  # fmt: skip
    rows = json.loads(_run([installed, "library", "list", *home, "--json"], tmp_path))
    assert len(rows) == len(list((ROOT / "content" / "library").rglob("*.md")))
    assert {row["state"] for row in rows} == {"draft"}


def _run(command: list[object], folder: Path) -> str:
    """What a program printed. It runs far from the checkout, and gets no hint of where that is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LANTOA"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env={**environment, "PYTHONUTF8": "1"}, capture_output=True,
        encoding="utf-8", stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

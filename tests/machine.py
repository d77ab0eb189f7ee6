"""What the tests need of the machine: a Chromium and the programs of a PostgreSQL server.

`python -m tests.machine` (from `make test`) looks for both and installs what is missing: Debian's package where that is
allowed, else Playwright's own browser. What cannot be had is said in one sentence; its tests are then skipped, which
`.ci/run` does not accept.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from campaign import __version__

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_POSTGRES = (
    "PostgreSQL was not found, so its tests are skipped; install the package `postgresql` of your system"
    " (only its programs are used, no running server) and run `make test` again."
)
NO_CHROMIUM = "No Chromium was found and none could be installed, so its tests are skipped; install Chromium or Chrome."
NO_PLAYWRIGHT = "Playwright does not start, so the browser tests fail; install the package `libatomic1` of your system."
# Debian's package sets up and starts a server of its own unless it is told not to; the tests start theirs.
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/lantoa-tests.conf")


def chromium() -> str | None:
    """The Chromium that LANTOA_CHROMIUM names, else the first on the path that starts; None: only Playwright's own."""
    named = os.environ.get("LANTOA_CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else BROWSERS))
    return next((path for path in found if path and _starts(path)), None)


def _starts(program: str) -> bool:
    """Whether it runs at all: on Ubuntu `chromium-browser` may be a script that only says where to get one."""
    return _run([program, "--version"], quiet=True)


def postgres_programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`: what pg_config says, else Debian's newest, else the search path."""
    return next((folder for folder in _postgres_folders() if (folder / "initdb").exists()), None)


def _postgres_folders() -> Iterator[Path]:
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, encoding="utf-8", check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    found = shutil.which("initdb")
    if found:
        yield Path(found).resolve().parent


def playwright_has_chromium() -> bool:
    """Whether Playwright's own browser is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def _playwright_starts() -> bool:
    """Playwright brings a Node of its own, which needs a library that a minimal Debian lacks."""
    return _run([sys.executable, "-m", "playwright", "--version"], quiet=True)


def _as_root() -> list[str] | None:
    """What to put before a command that needs root; None where nothing helps."""
    if not hasattr(os, "geteuid") or not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if _run(["sudo", "-n", "true"], quiet=True) else None


def _run(command: list[str], *, quiet: bool = False) -> bool:
    """Whether a command succeeded. It gets no input, so that nothing can wait for an answer."""
    output = subprocess.DEVNULL if quiet else None
    try:
        return (
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False


def _apt(root: list[str], package: str) -> bool:
    quiet_apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    _run([*quiet_apt, "update"])
    return _run([*quiet_apt, "install", "-y", "--no-install-recommends", package], quiet=True)


def _install_chromium(root: list[str] | None) -> bool:
    if root is not None and _apt(root, "chromium") and chromium():
        return True
    # Does nothing where that browser is there already.
    own = [sys.executable, "-m", "playwright", "install", "chromium"]
    return _run(own if root is None else [*own, "--with-deps"])


def _install_postgres(root: list[str]) -> bool:
    lines = "create_main_cluster = false\nstart_conf = manual\n"
    _run([*root, "mkdir", "-p", str(_NO_CLUSTER.parent)])
    subprocess.run([*root, "tee", str(_NO_CLUSTER)], input=lines.encode(), stdout=subprocess.DEVNULL, check=False)
    try:
        return _apt(root, "postgresql")
    finally:
        _run([*root, "rm", "-f", str(_NO_CLUSTER)])


def prepare() -> list[str]:
    """Install what is missing; gives a sentence for everything that could not be had."""
    root, missing = _as_root(), []
    if not postgres_programs() and (root is None or not _install_postgres(root)):
        missing.append(NO_POSTGRES)
    if not _playwright_starts() and (root is None or not _apt(root, "libatomic1")):
        missing.append(NO_PLAYWRIGHT)
    elif not chromium() and not _install_chromium(root):
        missing.append(NO_CHROMIUM)
    return missing


def describe() -> str:
    """The first lines of a dated test report: when, which version, on what."""
    started = datetime.now(UTC)  # noqa: TID251  the tests' own report, not the program
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return (
        f"date:    {started:%Y-%m-%d %H:%M} UTC\n"
        f"version: {__version__}\n"
        f"python:  {platform.python_version()}\n"
        f"machine: {system}\n"
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--describe"]:
        sys.stdout.write(describe() + "\n")
    else:
        sys.stderr.writelines(f"{sentence}\n" for sentence in prepare())

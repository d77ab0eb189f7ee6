"""A worker's process for the tests of Zalo's tokens: opens a home, waits for a line, asks for one channel's connection.

    python -m tests.campaign.rotating FOLDER CHANNEL [after-answer | after-commit]

Prints what it came to: `ends ...`, `login ...` or `later ...`. With a third word it dies there, without a goodbye.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from campaign.clock import SystemClock
from campaign.db import connected
from campaign.home import open_home
from campaign.models import Channel
from campaign.session import ChannelSession
from campaign.vault import StoredCredentials
from channels.base import NeedsLogin, Temporary
from channels.zalo_api import ZaloApi


def main(folder: str, number: str, dies: str = "") -> str:
    """Ask once."""
    home = open_home(Path(folder), SystemClock())
    with connected():
        adapter = home.adapters.of(Channel.get_by_id(int(number)))
    if dies:
        _die(dies)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        return f"ends {adapter.login_ends(ChannelSession(int(number), home.vault, home.clock))}"
    except NeedsLogin as error:
        return f"login {error}"
    except Temporary as error:
        return f"later {error}"


def _die(where: str) -> None:
    """Let this process end at once, as by kill -9, right after the answer came or right after it was committed."""
    cls, name = {
        "after-answer": (ZaloApi, "_pair"),
        "after-commit": (StoredCredentials, "_store"),
    }[where]
    step = getattr(cls, name)

    def last(*words: object) -> Mapping[str, str]:
        step(*words)
        os._exit(9)

    setattr(cls, name, last)


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]) + "\n")

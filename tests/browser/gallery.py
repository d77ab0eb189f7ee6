"""Pictures of the panel: `make screens`, or `python -m tests.browser.gallery`.

The ones that the documents show go to docs/screens/; every page, whole, at every width goes to a temporary folder, to
be looked at before a change is called done.
"""

import io
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from campaign.clock import SetClock
from campaign.demo import Demo
from campaign.serve import work
from tests.browser.stage import (
    DESKTOP,
    PHONE,
    SIGHTS,
    SUNDAY_MORNING,
    TABLET,
    Sight,
    Visitor,
    add_second_campaign,
    launched,
    staged,
)

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
SHOWN = (
    "login", "today", "messages", "message", "write", "approve", "consent", "pictures", "local-facts", "calendar",
    "plan", "reach", "post", "attention", "broadcasts", "channel", "facebook-feed",
)  # fmt: skip
HEIGHTS = {DESKTOP: 900, PHONE: 740}
MOST_BYTES = 150_000


@contextmanager
def at_work(running: Demo) -> Iterator[None]:
    """With a worker, as `lantoa demo` has one: without it the panel rightly says that nobody sends."""
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(running.home, stop), name="worker")
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def take(browser: Browser, running: Demo, folder: Path) -> None:
    """Photograph everything."""
    for size in (DESKTOP, TABLET, PHONE):
        for login in sorted({sight.login for sight in SIGHTS}):
            with Visitor(browser, running.address, size) as visitor:
                if login:
                    visitor.sign_in(login)
                for sight in SIGHTS:
                    if sight.login == login:
                        _take_one(visitor, running, sight, size, folder)


def _take_one(visitor: Visitor, running: Demo, sight: Sight, size: tuple[int, int], folder: Path) -> None:
    visitor.go(sight.address(running))
    visitor.look()
    name = f"{sight.name}-{size[0]}.png"
    whole = visitor.page.screenshot(full_page=True, animations="disabled", scale="css")
    (folder / name).write_bytes(whole)
    if sight.name in SHOWN and size in HEIGHTS:
        seen = visitor.page.screenshot(animations="disabled")
        (SCREENS / name).write_bytes(small(seen))


def small(picture: bytes) -> bytes:
    """The picture with as many colours as fit into `MOST_BYTES`."""
    opened = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        packed = io.BytesIO()
        opened.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if packed.tell() < MOST_BYTES:
            break
    return packed.getvalue()


def main() -> None:
    """Make all pictures and say where they are."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for old in SCREENS.glob("*.png"):
        old.unlink()
    folder = Path(tempfile.mkdtemp(prefix="lantoa-screens-"))
    with staged(SetClock(SUNDAY_MORNING)) as running, launched() as browser:
        add_second_campaign(running)
        with at_work(running):
            take(browser, running, folder)
    sys.stdout.write(f"{SCREENS}\n{folder}\n")


if __name__ == "__main__":
    main()

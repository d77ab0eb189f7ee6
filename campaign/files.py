"""Files that are seen whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside `path` to write; it takes the place of `path` once the block has ended without an error.

    Its name is new each time, since two people may write the same file at once. Raises OSError where the disk does.
    """
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield aside
        # On the disk before it has its name: else a power cut could leave an empty file under that name.
        with aside.open("r+b") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)

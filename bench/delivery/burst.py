"""A nation's minute: thousands of posts due at once, over real HTTP, by the real `lantoa worker`."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.delivery.effects import PATIENCE, Effects, lost_and_doubled
from bench.delivery.engines import Workers, processor_seconds
from bench.delivery.ours import add_posts, approve_messages, new_home
from bench.delivery.sink import FASTEST, SLOWEST
from campaign.models import Post, PostState, Worker

MEAN = (FASTEST + SLOWEST) / 2
LEAD = timedelta(seconds=4)  # from writing the posts down to their hour, and as much again for every 10,000

UNDER_WAY = (PostState.SCHEDULED, PostState.SENDING)


@dataclass(frozen=True)
class Burst:
    """What the sink saw. Seconds, counted from the hour of the posts; `cpu` is that of all workers, start included.

    `unsettled` are the posts that the ledger does not know to be published.
    """

    posts: int
    threads: int
    last: float
    cpu: float
    lateness: list[float]
    lost: int
    doubled: int
    unsettled: int

    @property
    def ideal(self) -> float:
        """All threads waiting for an answer all the time; at the least, the slowest answer."""
        return max(self.posts * MEAN / self.threads, SLOWEST)

    @property
    def early(self) -> int:
        """Requests that came before the hour."""
        return sum(late < 0 for late in self.lateness)

    def late(self, share: float) -> float:
        """The lateness that so large a share of the requests did not exceed."""
        return self.lateness[min(int(share * len(self.lateness)), len(self.lateness) - 1)]


def measure(folder: Path, url: str, processes: int, threads: int, posts: int) -> Burst:
    """So many posts, one a Page, by so many workers of so many threads each."""
    folder.mkdir(parents=True, exist_ok=True)
    effects = Effects(folder / "effects")
    with sink(effects) as address:
        settings = f'worker.threads = {threads}\ndatabase.url = "{url}"\nservices.facebook.api_url = "{address}"\n'
        with new_home(folder / "home", settings, "facebook", posts) as home:
            revisions = approve_messages(home)
            command = [sys.executable, "-m", "campaign", "worker", "--home", str(folder / "home")]
            before = processor_seconds()
            with Workers(lambda _: command, folder).running(processes) as workers:
                workers.wait_until(lambda: Worker.select().count() == processes, PATIENCE)
                due = home.clock.now() + LEAD * (1 + posts / 10_000)
                add_posts(home, revisions, "facebook", posts, due)
                if home.clock.now() >= due:
                    raise RuntimeError("writing the posts down took longer than there was until their hour")
                # Seldom, so that looking is no burden on what is measured.
                longest = PATIENCE + 5 * posts * MEAN / (processes * threads)
                workers.wait_until(lambda: not _number_of(*UNDER_WAY), longest, every=0.5)
            cpu = processor_seconds() - before
            unsettled = posts - _number_of(PostState.PUBLISHED)
    seen = effects.all()
    lost, doubled = lost_and_doubled(seen, posts)
    hour = due.timestamp()
    lateness = sorted(effect.asked - hour for effect in seen)
    last = seen[-1].answered - hour
    return Burst(posts, processes * threads, last, cpu, lateness, lost, doubled, unsettled)


def _number_of(*states: PostState) -> int:
    """How many posts stand so in the ledger."""
    return Post.select().where(Post.state.in_(states)).count()


@contextmanager
def sink(effects: Effects) -> Iterator[str]:
    """The service, a process of its own; gives its address."""
    command = [sys.executable, "-m", "bench.delivery.sink", str(effects.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()

"""Leases: what one worker holds, kept alive by id while it works and given up for lost once the ledger says so.

A lease is renewed for exactly the claims that are in flight in this process, each by post and fencing token. To renew
"all of this worker's" would keep a claim alive for ever whose thread never learned of it (engine.md section 3).
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.clock import Clock, monotonic
from campaign.models import PostState


class LostLease(Exception):
    """Another worker has the post now: whatever this one knows is in its attempt row, and it must stop."""


@dataclass(frozen=True)
class Claim:
    """The right to act on one post until the lease ends, under one fencing token."""

    post_id: int
    channel_id: int
    fence: int
    state: PostState
    due_at: datetime


@dataclass
class _Held:
    renewed_at: datetime
    renewed_tick: float
    lost: bool = False


class Leases:
    """The claims in flight in this process. Safe for threads."""

    def __init__(self, clock: Clock, length: timedelta) -> None:
        self._clock, self._length = clock, length
        self._held: dict[Claim, _Held] = {}
        self._guard = threading.Lock()

    def renewed(self, claims: Iterable[Claim], at: datetime) -> None:
        """The ledger has given these claims a whole lease, counted from `at`."""
        tick = monotonic()
        with self._guard:
            for claim in claims:
                self._held[claim] = _Held(at, tick)

    def lose(self, claims: Iterable[Claim]) -> None:
        """The ledger no longer knows these claims."""
        with self._guard:
            for claim in claims:
                if claim in self._held:
                    self._held[claim].lost = True

    def drop(self, claim: Claim) -> None:
        """Nobody works on this claim any more."""
        with self._guard:
            self._held.pop(claim, None)

    def living(self) -> list[Claim]:
        """The claims in flight that are not known to be lost."""
        with self._guard:
            return [claim for claim, held in self._held.items() if not held.lost]

    def is_lost(self, claim: Claim) -> bool:
        """Whether a renewal found that another worker has the post."""
        with self._guard:
            held = self._held.get(claim)
            return held is not None and held.lost

    def is_fresh(self, claim: Claim) -> bool:
        """Whether less than half of the lease has passed since it was renewed, by the clock that never jumps and by
        the one on the wall: the first stands still while a machine is suspended, the second may be put back."""
        with self._guard:
            held = self._held.get(claim)
        if held is None or held.lost:
            return False
        on_the_wall = abs(self._clock.now() - held.renewed_at)
        return max(on_the_wall, timedelta(seconds=monotonic() - held.renewed_tick)) < self._length / 2

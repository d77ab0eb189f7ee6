"""The `Session` over the ledger: of one post, or of a channel while nothing is sent (channels/base.py)."""

from datetime import datetime

from campaign import pacing
from campaign.clock import Clock
from campaign.db import connected
from campaign.leases import Claim
from campaign.ledger import Ledger
from campaign.models import Attempt, Post, Step
from campaign.vault import StoredCredentials, Vault
from channels.base import Credentials


class LedgerSession:
    """One channel's connection to the ledger during one call. `claim` None: nothing is being sent."""

    def __init__(self, post: Post, claim: Claim | None, ledger: Ledger, vault: Vault) -> None:
        self._post, self._claim, self._ledger = post, claim, ledger
        self.credentials: Credentials = StoredCredentials(post.channel_id, vault, ledger.clock)

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._ledger.clock.now()

    def saved(self, step: str) -> str | None:
        """What an earlier attempt saved."""
        with connected():
            row = Step.get_or_none(Step.post == self._post, Step.step == step)
        return None if row is None else str(row.handle)

    def save(self, step: str, handle: str) -> None:
        """Commit what must survive a crash; the lease begins anew. Raises LostLease."""
        self._ledger.save_step(self._claim, self._post, step, handle)

    def rest(self, until: datetime, why: str) -> None:
        """Let the channel be silent until then. The post at hand goes on."""
        pacing.park(self._post.channel_id, until, why, self._ledger.clock)

    def is_taken(self, remote_id: str) -> bool:
        """Whether another post of this channel owns this remote id: by record, by an answer not yet recorded, or by a
        step saved on the way."""
        others = (Post.channel == self._post.channel_id) & (Post.id != self._post.id)
        with connected():
            return any(
                (
                    Post.select().where(others, Post.remote_id == remote_id).exists(),
                    Attempt.select().join(Post).where(others, Attempt.remote_id == remote_id).exists(),
                    Step.select().join(Post).where(others, Step.handle == remote_id).exists(),
                )
            )


class ChannelSession:
    """One channel's connection to the ledger during a call that is about no post."""

    def __init__(self, channel_id: int, vault: Vault, clock: Clock) -> None:
        self._channel_id, self._clock = channel_id, clock
        self.credentials: Credentials = StoredCredentials(channel_id, vault, clock)

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._clock.now()

    def saved(self, step: str) -> str | None:
        """Nothing: steps belong to posts."""
        return None

    def save(self, step: str, handle: str) -> None:
        """Raises ValueError: steps belong to posts."""
        raise ValueError(f"no post to save {step!r} for")

    def rest(self, until: datetime, why: str) -> None:
        """Let the channel be silent until then."""
        pacing.park(self._channel_id, until, why, self._clock)

    def is_taken(self, remote_id: str) -> bool:
        """Whether any post of this home owns this remote id: two of its channels may lead to one Page on purpose."""
        with connected():
            return any(
                (
                    Post.select().where(Post.remote_id == remote_id).exists(),
                    Attempt.select().where(Attempt.remote_id == remote_id).exists(),
                    Step.select().where(Step.handle == remote_id).exists(),
                )
            )

"""A world: a home whose channels lead to simulated services on loopback."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from campaign.clock import SetClock
from campaign.home import Home
from campaign.models import User
from tests.campaign.world import World, build


@pytest.fixture
def world(home: Home, clock: SetClock, people: dict[str, User]) -> Iterator[World]:
    with ExitStack() as stack:
        yield build(home, clock, people, stack)

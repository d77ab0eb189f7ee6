"""Simulated services on loopback, and the rigs of `rigs.py` as fixtures."""

import socket
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from flask import Flask, Response
from rigs import RIGS, Clock, MemoryCredentials, MemorySession, Rig, Wire, png

from channels.simulators.facebook import GraphSimulator
from channels.simulators.server import serving
from channels.simulators.zalo import ZaloSimulator


@pytest.fixture(scope="session")
def services() -> Iterator[SimpleNamespace]:
    """Both services and a host of pictures, on loopback, for the whole run: starting one takes half a second."""
    clock = Clock()
    graph, zalo, pictures = GraphSimulator(clock), ZaloSimulator(clock), Flask("pictures")
    cover = png()
    pictures.add_url_rule("/cover.png", view_func=lambda: Response(cover, content_type="image/png"))
    with (
        serving(graph.app) as graph_url,
        serving(zalo.app) as zalo_url,
        serving(pictures) as picture_url,
    ):
        yield SimpleNamespace(
            clock=clock,
            graph=graph,
            graph_url=graph_url,
            zalo=zalo,
            zalo_url=zalo_url,
            cover_url=f"{picture_url}/cover.png",
        )


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address that refuses every connection: a port that is bound and not listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture(params=sorted(RIGS))
def rig(
    request: pytest.FixtureRequest, services: SimpleNamespace, nowhere: str, caplog: pytest.LogCaptureFixture
) -> Iterator[Rig]:
    """Every online kind in turn. After each test, no secret may stand in any log line, error or traceback."""
    caplog.set_level("DEBUG")
    built = RIGS[request.param](services, nowhere)
    yield built
    built.close()
    lines = [f"{record.getMessage()} {record.exc_text}" for record in caplog.get_records("call")]
    for secret in built.credentials.seen:
        assert not [line for line in lines + built.raised if secret in line]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A network for tests that speak to an HTTP server of their own."""
    with Wire() as wire:
        yield wire


@pytest.fixture
def connect(clock: Clock) -> Callable[..., MemorySession]:
    """A ledger in memory for a channel with these secrets."""
    return lambda **secrets: MemorySession(MemoryCredentials(secrets), clock)

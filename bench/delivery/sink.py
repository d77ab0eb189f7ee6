"""A stand-in for the Graph API that only takes posts, answers each after a while, and counts.

Run as a process of its own: `python -m bench.delivery.sink FOLDER`. It prints its port and notes an effect for every
post that it took, under the number that is the id of its Page, whether or not the asker waited for the answer.
"""

import asyncio
import json
import random
import re
import sys
from pathlib import Path

from bench.delivery.effects import Effects, now

FASTEST, SLOWEST = 0.2, 2.0  # seconds, uniform
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_FEED = re.compile(rb"POST /v\d+\.\d+/(\d+)/feed[? ]")


class Line(asyncio.Protocol):
    """One connection, kept open; a request is answered before the next one comes."""

    def __init__(self, effects: Effects, chance: random.Random) -> None:
        self._effects, self._chance = effects, chance
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to answer through."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take a request once it is whole."""
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or len(body) < int(length[1] if length else 0):
            return
        self._read = b""
        feed = _FEED.match(head)
        if feed is None:
            self._say(404, {"error": {"message": "Only posts are taken here.", "code": 100}})
            return
        wait = self._chance.uniform(FASTEST, SLOWEST)
        asyncio.get_running_loop().call_later(wait, self._answer, int(feed[1]), now())

    def _answer(self, page: int, asked: float) -> None:
        self._effects.note(page, asked, now())
        post = f"{page}_{page}"
        self._say(200, {"id": post, "permalink_url": f"https://www.facebook.com/{post}"})

    def _say(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(effects: Effects) -> None:
    """Take posts until killed."""
    chance = random.Random(20261122)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(effects, chance), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve with the folder of the command line."""
    effects = Effects(Path(sys.argv[1]))
    effects.open()
    asyncio.run(serve(effects))


if __name__ == "__main__":
    main()

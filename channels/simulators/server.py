"""Running a simulator on loopback, in a thread of this process."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Requests carry tokens in their address, so none is ever logged."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""

    def make_environ(self) -> "WSGIEnvironment":
        """As werkzeug's, with the headers that have an underscore, which it drops: Zalo's own have one."""
        own = {f"HTTP_{key.upper()}": value for key, value in self.headers.items() if "_" in key}
        return super().make_environ() | own


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve `app` on loopback while the block runs; gives its base address. Port 0 takes any free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name=f"simulator-{app.name}", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""What a network error proves: that nothing left (Temporary), or nothing at all (Unsure). And no secret in any log."""

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from rigs import NOON, MemorySession, Wire, post

from channels.base import Temporary, Unsure
from channels.facebook import FacebookPage
from channels.http import sending

FAR = "http://dich-vu.example.vn/feed"


class Service(BaseHTTPRequestHandler):
    """Takes every POST and notes it."""

    taken: list[str]

    def do_POST(self) -> None:
        self.taken.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        logging.getLogger("service").debug(format, *args)


class Listener(ThreadingHTTPServer):
    """A server whose clients may hang up in the middle of a handshake."""

    def handle_error(self, request: object, client_address: object) -> None:
        logging.getLogger("service").debug("hung up", exc_info=True)


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[int]:
    """The port of a server that runs meanwhile."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def answering(words: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server that takes one request, says these words and hangs up; and what it took."""
    taken: list[bytes] = []

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            taken.append(connection.recv(65536))
            connection.sendall(words)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", taken
        thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that only its own key vouches for, and that key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOON - timedelta(days=9000))
    builder = builder.not_valid_after(NOON + timedelta(days=9000))
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    pem = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(pem.public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.fixture
def self_signed(certificate: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of a service nobody vouches for, and the posts that reached it."""
    taken: list[str] = []
    server = Listener(("127.0.0.1", 0), type("Noting", (Service,), {"taken": taken}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # The handshake is left to the thread of each client: the one that listens must not wait for it.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with served(server) as port:
        yield f"https://127.0.0.1:{port}", taken


def test_a_certificate_we_do_not_trust_ends_the_connection_before_anything_leaves(
    self_signed: tuple[str, list[str]], wire: Wire, connect: Callable[..., MemorySession]
) -> None:
    address, taken = self_signed
    page = FacebookPage({"page_id": "1", "api_url": address}, wire)

    with pytest.raises(Temporary):
        page.publish(post(media=()), connect(token="EAAB-token"))

    assert taken == []


def test_the_same_service_takes_the_post_once_it_is_trusted(
    self_signed: tuple[str, list[str]], certificate: Path, wire: Wire
) -> None:
    address, taken = self_signed

    wire.post(f"{address}/feed", verify=str(certificate)).raise_for_status()

    assert taken == ["/feed"]


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("http://", {}),
        ("http://[::1/", {}),
        ("http://.example/", {}),
        ("dich-vu.example.vn/feed", {}),
        ("ftp://dich-vu.example.vn/feed", {}),
        (FAR, {"access_token": "one\ntwo"}),
    ],
)
def test_what_cannot_even_be_written_down_never_leaves(wire: Wire, address: str, headers: dict[str, str]) -> None:
    with pytest.raises(Temporary), sending("Zalo"):
        wire.post(address, headers=headers)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_connections_lets_nothing_leave(wire: Wire, nowhere: str, scheme: str) -> None:
    with pytest.raises(Temporary), sending("Zalo"):
        wire.post(FAR.replace("http", scheme), proxies={scheme: nowhere})


def test_a_proxy_that_wants_a_password_lets_nothing_leave(wire: Wire) -> None:
    refused = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    with answering(refused) as (proxy, taken), pytest.raises(Temporary), sending("Zalo"):
        wire.post(FAR.replace("http", "https"), data=b"words", proxies={"https": proxy})

    assert taken[0].startswith(b"CONNECT")


def test_a_proxy_that_takes_the_request_and_hangs_up_proves_nothing(wire: Wire) -> None:
    with answering(b"") as (proxy, taken), pytest.raises(Unsure) as caught, sending("Zalo"):
        wire.post(FAR, data=b"words", proxies={"http": proxy})

    assert isinstance(caught.value.__context__, requests.exceptions.ProxyError)
    assert taken[0].startswith(b"POST")


def test_an_answer_with_impossible_headers_proves_nothing() -> None:
    # Raised here, as requests raises it: over a real connection urllib3 2.8 leaves the socket open.
    request = requests.Request("POST", FAR).prepare()

    with pytest.raises(Unsure), sending("Zalo"):
        raise requests.exceptions.InvalidHeader("Content-Length: 0, 5", request=request)


def test_addresses_are_logged_without_their_secrets(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (service, _):
        wire.get(f"{service}/1?access_token=EAAB-token&fields=id")

    assert "/1?access_token=•••&fields=id" in caplog.text
    assert "EAAB-token" not in caplog.text

"""Pictures as Zalo takes them: fetched from a public address, PNG or JPEG, at most 1 MB (channels.md section 3.3)."""

import ipaddress
from collections.abc import Iterable
from io import BytesIO
from urllib.parse import urlsplit

import requests
from PIL import Image

PICTURE_BYTES = 1024 * 1024
# Seconds to connect, seconds between bytes.
TIMEOUT = (2.0, 5.0)


def all_fetched(urls: Iterable[str]) -> bool:
    """Whether every one of these addresses gives a picture that Zalo would take."""
    return all(is_picture(_fetch(url)) for url in urls)


def is_picture(data: bytes) -> bool:
    """Whether these bytes are a whole PNG or JPEG of at most 1 MB."""
    if len(data) > PICTURE_BYTES:
        return False
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _is_public(host: str) -> bool:
    """Whether Zalo's servers could reach this host by its looks. Loopback counts as public in the simulator."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or "." in host.strip(".")
    return address.is_loopback or address.is_global


def _fetch(url: str) -> bytes:
    """The bytes behind an address, cut off just beyond the limit; none where it cannot be had."""
    if not _is_public(urlsplit(url).hostname or ""):
        return b""
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(url, timeout=TIMEOUT, stream=True) as answer:
                if answer.status_code != 200:
                    return b""
                data = bytearray()
                for chunk in answer.iter_content(64 * 1024):
                    data += chunk
                    if len(data) > PICTURE_BYTES:
                        break
                return bytes(data)
    except requests.RequestException:
        return b""

"""One call as it came over the wire, before anything is checked beyond its shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request

from channels.simulators.facebook.fields import Field
from channels.simulators.facebook.store import Page, Photo, Post, Store, Token, User

Node = Page | Post | Photo | User


@dataclass(frozen=True)
class Upload:
    """A file part of a multipart form."""

    data: bytes
    mime: str


@dataclass(frozen=True)
class Call:
    """A request: path without version, parameters of query and form together, files, and the token with its place."""

    method: str
    version: str
    path: tuple[str, ...]
    args: Mapping[str, str]
    uploads: Mapping[str, Upload]
    token: str
    token_in_header: bool
    base: str
    conditional: bool


@dataclass(frozen=True)
class Turn:
    """A call that passed the general checks, with everything its handler needs."""

    store: Store
    call: Call
    token: Token
    params: Mapping[str, Any]
    fields: tuple[Field, ...]


def read_call(request: Request) -> Call:
    """The call in a request. Where a name comes twice, the last value counts, as in PHP."""
    args = {
        name: values[-1] for source in (request.args, request.form) for name, values in source.to_dict(False).items()
    }
    parts = [part for part in request.path.split("/") if part]
    versioned = bool(parts) and parts[0].startswith("v") and parts[0][1:2].isdigit()
    scheme, _, header_token = request.headers.get("Authorization", "").partition(" ")
    in_header = scheme.lower() in {"oauth", "bearer"}
    return Call(
        method=request.method,
        version=parts[0] if versioned else "",
        path=tuple(parts[1:] if versioned else parts),
        args=args,
        uploads={name: Upload(part.read(), part.mimetype) for name, part in request.files.items()},
        token=header_token.strip() if in_header else args.get("access_token", ""),
        token_in_header=in_header,
        base=request.host_url.rstrip("/"),
        conditional="If-None-Match" in request.headers,
    )

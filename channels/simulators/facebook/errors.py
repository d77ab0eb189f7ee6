"""The errors of the Graph API and the envelope they come in (Graph API, channels.md section 2.5)."""

from typing import Any

INVALID_PARAMETER = 100
OBJECT_MISSING = 33

# Subcodes of code 190 and why a token is dead.
TOKEN_DEATHS = {
    458: "The user has not authorized application.",
    459: "The user is checkpointed and must log in to www.facebook.com.",
    460: "The session has been invalidated because the user changed the password.",
    463: "Session has expired.",
    464: "The user is not a confirmed user.",
    467: "The access token is invalid.",
    492: "The user must be an administrator, editor, or moderator of the page.",
}


class GraphError(Exception):
    """A refusal by the service: `code` and `subcode` of the official table; `status` is the HTTP status."""

    def __init__(
        self,
        code: int,
        message: str,
        subcode: int | None = None,
        *,
        transient: bool = False,
        kind: str = "OAuthException",
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.subcode = code, message, subcode
        self.transient, self.kind = transient, kind

    @property
    def status(self) -> int:
        """The HTTP status seen in the field for this code (channels.md section 10)."""
        if self.code == 10 or 200 <= self.code <= 299:
            return 403
        return {1: 500, 2: 503}.get(self.code, 400)

    def envelope(self, trace: str) -> dict[str, Any]:
        """The JSON body of the answer."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error | {"is_transient": self.transient, "fbtrace_id": trace}}


def invalid(what: str, subcode: int | None = None) -> GraphError:
    """Code 100: the request itself is wrong and will stay wrong."""
    return GraphError(INVALID_PARAMETER, f"(#{INVALID_PARAMETER}) {what}", subcode)


def missing(object_id: str) -> GraphError:
    """Code 100/33: the object is not there, or not for this caller."""
    return GraphError(
        INVALID_PARAMETER,
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation.",
        OBJECT_MISSING,
        kind="GraphMethodException",
    )


def dead_token(subcode: int) -> GraphError:
    """Code 190 with the subcode that says why the token no longer works."""
    return GraphError(190, f"Error validating access token: {TOKEN_DEATHS[subcode]}", subcode)


def unknown_path(path: str) -> GraphError:
    """A path that leads nowhere. Code 2500 is not in the official table: no channel may depend on it."""
    return GraphError(2500, f"Unknown path components: /{path}")

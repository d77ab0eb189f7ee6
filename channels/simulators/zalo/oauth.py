"""The log-in host: consent page and token endpoint of OAuth v4 (channels.md section 3.1)."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode, urlsplit

from flask import Response, jsonify, redirect, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from channels.simulators.zalo.model import Account, OAuthRefusal
from channels.simulators.zalo.routes import Routes
from channels.simulators.zalo.store import ACCESS_LIFE, Store

VERIFIER_LENGTH = 43
_REFERENCE = "https://developers.zalo.me/docs/official-account/phu-luc/ma-loi"


class OAuth:
    """`/v4/oa/permission` and `/v4/oa/access_token`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def routes(self) -> Routes:
        """Method, path and view of every call of this host."""
        return [
            ("GET", "/v4/oa/permission", self.ask),
            ("POST", "/v4/oa/permission", self.consent),
            ("POST", "/v4/oa/access_token", self.token),
        ]

    def ask(self) -> str:
        """The page on which the owner of the OA agrees."""
        account, _ = self._applicant()
        return render_template("zalo_permission.html", account=account, asked=request.args)

    def consent(self) -> BaseResponse:
        """The owner agreed: back to the app with a code."""
        account, back = self._applicant()
        asked = request.values
        code = self.store.consent(account, asked.get("code_challenge", ""))
        answer = {"code": code, "oa_id": account.oa_id, "state": asked.get("state", "")}
        return redirect(f"{back}{'&' if urlsplit(back).query else '?'}{urlencode(answer)}")

    def _applicant(self) -> tuple[Account, str]:
        account = self.store.account_of_app(request.values.get("app_id", ""))
        back = request.values.get("redirect_uri", "")
        if urlsplit(back).scheme not in {"http", "https"} or not urlsplit(back).hostname:
            raise BadRequest("redirect_uri")
        if len(request.values.get("code_challenge", "")) != VERIFIER_LENGTH:
            raise BadRequest("code_challenge")
        return account, back

    def token(self) -> Response:
        """A new pair of tokens for a code or a refresh token."""
        form = request.form
        grant = form.get("grant_type", "")
        if grant not in {"authorization_code", "refresh_token"}:
            raise OAuthRefusal(-14018, "INVALID_GRANT_TYPE", "grant_type is invalid.")
        with self.store.lock:
            account = self.store.account_of_app(form.get("app_id", ""))
            if not hmac.compare_digest(request.headers.get("secret_key", "").encode(), account.app_secret.encode()):
                raise OAuthRefusal(-14004, "INVALID_SECRET_KEY", "secret_key is invalid.")
            if grant == "refresh_token":
                self.store.spend_refresh_token(account, form.get("refresh_token", ""))
            else:
                self.store.spend_code(account, form.get("code", ""), challenge_of(form.get("code_verifier", "")))
            pair = {"access_token": account.access_token, "refresh_token": account.refresh_token}
        return jsonify(pair | {"expires_in": str(int(ACCESS_LIFE.total_seconds()))})


def challenge_of(verifier: str) -> str:
    """The PKCE challenge of a verifier; of one with the wrong length, a challenge that nobody can have."""
    if len(verifier) != VERIFIER_LENGTH:
        return "-"
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def refused(error: OAuthRefusal) -> Response:
    """The answer to a refused log-in: HTTP 200 all the same."""
    return jsonify(
        error=error.code,
        error_name=error.name,
        error_description=error.description,
        error_reason=error.description,
        ref_doc=_REFERENCE,
    )

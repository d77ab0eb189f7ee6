"""Zalo as a small HTTP server: the Official Account API and its log-in, for tests, the demo and rehearsals.

It keeps the rules of `channels/simulators/zalo_rules.md`. One application serves the paths of both hosts,
`openapi.zalo.me` and `oauth.zaloapp.com`, and shows under `/_feed/` what followers would see.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime

from flask import Flask, Response
from werkzeug.exceptions import MethodNotAllowed

from channels.simulators.zalo import feed, oauth, routes
from channels.simulators.zalo.account import AccountApi
from channels.simulators.zalo.articles import ArticleApi
from channels.simulators.zalo.faults import Faults
from channels.simulators.zalo.model import Account, Article, Broadcast, OAuthRefusal, Refusal
from channels.simulators.zalo.store import Store

__all__ = ["Account", "Article", "Broadcast", "ZaloSimulator"]


class ZaloSimulator:
    """A Zalo of one's own. Serve `app` with `channels.simulators.server.serving`."""

    def __init__(self, now: Callable[[], datetime], statistics: bool = True, polls_until_ready: int = 1) -> None:
        """`now` returns an aware UTC instant.

        An article is ready after `polls_until_ready` unfinished answers of verify, or 5 seconds for each of them;
        0 makes it ready at once. `statistics` says whether articles carry view figures (channels.md section 10).
        """
        self._store = Store(now, polls_until_ready)
        self.app = _application(self._store, statistics)
        self.faults = Faults(self.app, self._store, routes.refused)
        self.app.wsgi_app = self.faults  # type: ignore[method-assign]

    def add_oa(self, name: str, *, followers: int = 640, package: str = "Nâng cao", verified: bool = True) -> Account:
        """A new Official Account with an app that manages it and made-up secrets. Raises KeyError for a package
        that does not exist. `access_token` and `refresh_token` of the account always name the newest pair."""
        return self._store.add(name, followers, package, verified)

    def articles(self, oa_id: str) -> list[Article]:
        """Copies of all articles an account ever had, removed ones too, in the order in which they were created."""
        with self._store.lock:
            account = self._store.accounts[oa_id]
            self._store.settle(account)
            return deepcopy(list(account.articles.values()))

    def broadcasts(self, oa_id: str) -> list[Broadcast]:
        """All broadcasts of an account, oldest first."""
        with self._store.lock:
            return list(self._store.accounts[oa_id].broadcasts)

    def fault(self, kind: str, times: int = 1, match: str = "article/create") -> None:
        """Let the next `times` requests fail whose path contains `match`; `faults.KINDS` names the kinds.

        "refresh_lost" is always about the token endpoint. Raises ValueError for an unknown kind.
        """
        self.faults.order(kind, times, match)


def _application(store: Store, statistics: bool) -> Flask:
    app = Flask(__name__)
    app.jinja_env.filters.update(local_time=feed.local_time, grouped=feed.grouped, rich=feed.rich)
    for part in (oauth.OAuth(store), ArticleApi(store, statistics), AccountApi(store), feed.Feed(store)):
        for method, path, view in part.routes():
            app.add_url_rule(path, f"{method} {path}", view, methods=[method])
    app.register_error_handler(Refusal, routes.refused)
    app.register_error_handler(OAuthRefusal, oauth.refused)
    app.register_error_handler(MethodNotAllowed, _not_found)
    return app


def _not_found(_error: MethodNotAllowed) -> Response:
    """A path asked with the wrong method is as unknown as any other."""
    return Response("Not Found", 404, content_type="text/plain")

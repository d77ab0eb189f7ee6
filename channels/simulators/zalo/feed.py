"""Pages on which a person sees what followers would see."""

from datetime import datetime

import nh3
from flask import render_template, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from channels.simulators.zalo.model import VIETNAM, Account, Article, Refusal
from channels.simulators.zalo.routes import Routes
from channels.simulators.zalo.store import Store

_TAGS = {"p", "br", "strong", "b", "em", "i", "u", "ul", "ol", "li", "a", "h2", "h3", "blockquote"}


class Feed:
    """The accounts, each account's public articles, and each article."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def routes(self) -> Routes:
        """Method, path and view of every page."""
        return [
            ("GET", "/_feed/", self.accounts),
            ("GET", "/_feed/<oa_id>", self.articles),
            ("GET", "/_feed/<oa_id>/<article_id>", self.article),
            ("GET", "/detail/<oa_id>", self.public_link),
        ]

    def accounts(self) -> str:
        """All accounts."""
        with self.store.lock:
            return render_template("zalo_accounts.html", accounts=list(self.store.accounts.values()))

    def articles(self, oa_id: str) -> str:
        """The public articles of one account, newest first."""
        with self.store.lock:
            account = self._account(oa_id)
            shown = [article for article in self.store.listed(account) if article.public]
            return render_template("zalo_feed.html", account=account, articles=shown, now=self.store.now())

    def article(self, oa_id: str, article_id: str) -> str:
        """One public article."""
        with self.store.lock:
            account = self._account(oa_id)
            article = self._public(account, article_id)
            return render_template("zalo_article.html", account=account, article=article, now=self.store.now())

    def public_link(self, oa_id: str) -> str:
        """The article under the address that Zalo gives it (channels.md section 3.3)."""
        return self.article(oa_id, request.args.get("id", ""))

    def _account(self, oa_id: str) -> Account:
        account = self.store.accounts.get(oa_id)
        if account is None:
            raise NotFound
        return account

    def _public(self, account: Account, article_id: str) -> Article:
        try:
            article = self.store.article(account, article_id)
        except Refusal:
            raise NotFound from None
        if not article.public:
            raise NotFound
        return article


def local_time(instant: datetime) -> str:
    """An instant as people in Vietnam write it."""
    return instant.astimezone(VIETNAM).strftime("%H:%M, %d/%m/%Y")


def grouped(value: int) -> str:
    """A number with a dot between thousands."""
    return f"{value:,}".replace(",", ".")


def rich(text: str) -> Markup:
    """The text of a block, which may hold simple HTML, without anything that could run."""
    return Markup(nh3.clean(text, tags=_TAGS, attributes={"a": {"href"}}))  # noqa: S704 (cleaned here)

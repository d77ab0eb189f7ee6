"""The memory of the simulated Zalo, behind one lock."""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.simulators.zalo.model import PACKAGES, Account, Article, Content, Job, OAuthRefusal, Refusal

# Channels.md section 3.1; three months are taken as 90 days.
ACCESS_LIFE = timedelta(hours=25)
REFRESH_LIFE = timedelta(days=90)
CODE_LIFE = timedelta(minutes=10)
# How long one poll's worth of processing takes where nobody polls.
PROCESSING = timedelta(seconds=5)


@dataclass
class Grant:
    """A token or code: whose it is, until when, and for a code the PKCE challenge it answers."""

    oa_id: str
    expires: datetime
    challenge: str = ""


class Store:
    """Accounts, tokens, articles and jobs. Public methods take the lock; none does input or output under it."""

    def __init__(self, now: Callable[[], datetime], polls_until_ready: int) -> None:
        """`now` returns an aware UTC instant; an article is ready after so many polls, or 5 seconds for each."""
        self.now = now
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self._polls = polls_until_ready
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._codes: dict[str, Grant] = {}
        self._made: Counter[str] = Counter()

    def make_up(self, kind: str) -> str:
        """A fresh made-up identifier of 64 hex digits; the same sequence in every run, so that runs can be compared."""
        with self.lock:
            self._made[kind] += 1
            return hashlib.sha256(f"{kind} {self._made[kind]}".encode()).hexdigest()

    def digits(self, kind: str) -> str:
        """A fresh made-up number of 19 digits, as Zalo's own ids are."""
        return str(int(self.make_up(kind), 16))[:19]

    # -- accounts and their tokens

    def add(self, name: str, followers: int, package: str, verified: bool) -> Account:
        """A new OA with its app and a first pair of tokens. Raises KeyError for an unknown package."""
        with self.lock:
            PACKAGES[package]
            account = Account(
                oa_id=self.digits("oa"),
                name=name,
                app_id=self.digits("app"),
                app_secret=self.make_up("secret")[:20],
                followers=followers,
                package=package,
                verified=verified,
            )
            self.accounts[account.oa_id] = account
            self._mint(account)
            return account

    def account_of_app(self, app_id: str) -> Account:
        """The account an app manages. Raises OAuthRefusal -14002."""
        with self.lock:
            for account in self.accounts.values():
                if account.app_id == app_id:
                    return account
        raise OAuthRefusal(-14002, "INVALID_APP_ID", "app_id is invalid.")

    def _mint(self, account: Account) -> None:
        now = self.now()
        older = self._access.get(account.access_token)
        if older:
            older.expires = min(older.expires, now)
        account.access_token = self.make_up("access")
        account.refresh_token = self.make_up("refresh")
        self._access[account.access_token] = Grant(account.oa_id, now + ACCESS_LIFE)
        self._refresh[account.refresh_token] = Grant(account.oa_id, now + REFRESH_LIFE)

    def consent(self, account: Account, challenge: str) -> str:
        """An authorization code, after the owner of the OA agreed."""
        with self.lock:
            code = self.make_up("code")
            self._codes[code] = Grant(account.oa_id, self.now() + CODE_LIFE, challenge)
            return code

    def spend_refresh_token(self, account: Account, token: str) -> None:
        """Exchange a refresh token for a new pair. Raises OAuthRefusal -14014."""
        with self.lock:
            if not self._spend(self._refresh, token, account):
                raise OAuthRefusal(-14014, "INVALID_REFRESH_TOKEN", "Refresh token is invalid, used or expired.")
            self._mint(account)

    def spend_code(self, account: Account, code: str, challenge: str) -> None:
        """Exchange an authorization code for a pair; `challenge` is what the verifier gives. Raises -14005."""
        with self.lock:
            grant = self._spend(self._codes, code, account)
            if not grant or grant.challenge != challenge:
                raise OAuthRefusal(-14005, "INVALID_CODE", "Authorization code is invalid, used or expired.")
            self._mint(account)

    def _spend(self, grants: dict[str, Grant], name: str, account: Account) -> Grant | None:
        grant = grants.get(name)
        if grant is None or grant.oa_id != account.oa_id:
            return None
        del grants[name]
        return grant if self.now() < grant.expires else None

    def account_of_token(self, token: str) -> Account:
        """Whose access token this is. Raises Refusal -216 (never issued, revoked) or -220 (expired, superseded)."""
        with self.lock:
            grant = self._access.get(token)
            if grant is None:
                raise Refusal(-216, "Access token is invalid")
            if self.now() >= grant.expires:
                raise Refusal(-220, "Access token is expired or removed")
            return self.accounts[grant.oa_id]

    def revoke(self, token: str) -> None:
        """Forget an access token."""
        with self.lock:
            self._access.pop(token, None)

    # -- articles

    def article(self, account: Account, article_id: object) -> Article:
        """One article of an account that was not removed. Raises Refusal -201."""
        with self.lock:
            self.settle(account)
            article = account.articles.get(str(article_id))
            if article is None or article.removed:
                raise Refusal(-201, "article id is invalid")
            return article

    def listed(self, account: Account) -> list[Article]:
        """The articles of an account that were not removed, newest first."""
        with self.lock:
            self.settle(account)
            return [article for article in reversed(account.articles.values()) if not article.removed]

    def open_job(self, account: Account, content: Content, article_id: str = "") -> Job:
        """Accept a new article, or a change of an old one, for processing."""
        with self.lock:
            now = self.now()
            job = Job(
                token=self.make_up("job"),
                article_id=article_id or self.make_up(f"article of {account.oa_id}")[:20],
                content=content,
                opened_at=now,
                ready_at=now + PROCESSING * self._polls,
                polls_left=self._polls,
            )
            account.jobs[job.token] = job
            return job

    def media_fetched(self, job: Job, ok: bool) -> None:
        """Note whether all the pictures of a job could be had."""
        with self.lock:
            job.media_ok = ok

    def poll(self, account: Account, token: object) -> str:
        """The article id of a finished job. Raises Refusal -214 (still working), -200 (media failed) or -201."""
        with self.lock:
            job = account.jobs.get(str(token))
            if job is None:
                raise Refusal(-201, "token is invalid")
            if not job.ready(self.now()):
                job.polls_left -= 1
                raise Refusal(-214, "Media is being processed")
            self.settle(account)
            if not job.media_ok:
                raise Refusal(-200, "Upload media failed")
            return job.article_id

    def settle(self, account: Account) -> None:
        """Let every job that is ready take effect, in the order in which they came."""
        now = self.now()
        with self.lock:
            for job in account.jobs.values():
                if not job.done and job.ready(now):
                    job.done = True
                    if job.media_ok:
                        self._apply(account, job, now)

    def _apply(self, account: Account, job: Job, now: datetime) -> None:
        article = account.articles.get(job.article_id)
        if article is None:
            article = Article(
                id=job.article_id,
                type=job.content.type,
                title="",
                description="",
                created_at=job.opened_at,
                updated_at=now,
            )
            account.articles[article.id] = article
        article.become(job.content, now)

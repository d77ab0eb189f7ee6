"""An article of a Zalo Official Account (channels.md sections 3 and 9).

Zalo has no idempotency key, but an article can be created hidden. So a post goes out in steps, each saved before the
next: create hidden, learn the id, show it. Showing twice is showing once, so only a lost answer to the first step
leaves doubt, and even then nothing is public yet.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from textwrap import shorten
from typing import Any, ClassVar

from requests.utils import requote_uri

from channels.base import (
    CannotSay,
    Channel,
    ChannelError,
    Figure,
    Found,
    Limits,
    Metric,
    Outgoing,
    Pace,
    Receipt,
    Rejected,
    Session,
    Setting,
    Sighting,
    State,
    Temporary,
    Unsure,
)
from channels.zalo_api import Processing, ZaloApi, created_at, listed
from content.message import Message
from content.render import Rendered

# Zalo documents 150 and 300 but has refused texts of exactly that length (section 3.3).
_TITLE_LIMIT, _DESCRIPTION_LIMIT = 140, 250
_AUTHOR_LIMIT = 50
# Pages of ten articles that are walked after doubt, and for a figure.
_MOST_PAGES = 30
_MOST_PAGES_FOR_FIGURES = 3
# How far the clock of this machine and Zalo's may be apart.
_CLOCK_SKEW = timedelta(minutes=2)


def _address(name: str, label: str, default: str) -> Setting:
    hint = "Chỉ đổi khi dùng máy chủ mô phỏng."
    return Setting(name, label, hint, required=False, default=default, from_config=True)


class ZaloOfficialAccount(Channel):
    """One Official Account: an article with a cover picture."""

    kind = "zalo"
    label = "Zalo OA"
    icon = "zalo"
    settings = (
        Setting("oa_id", "Mã OA", "Dãy số của OA, xem ở oa.zalo.me, mục Thông tin tài khoản.", digits=True),
        Setting("app_id", "Mã ứng dụng", "Mã của ứng dụng ở developers.zalo.me đã liên kết với OA.", digits=True),
        Setting("author", "Tên tác giả", "Tên ghi dưới mỗi bài viết, nhiều nhất 50 ký tự.", default="Ban biên tập"),
        Setting(
            "comments",
            "Bình luận dưới bài",
            "Nếu mở, cần có người trông coi, vì có thể có lời gây hại cho người có HIV.",
            required=False,
            default="hide",
            choices=(("hide", "Tắt"), ("show", "Mở")),
        ),
        Setting("app_secret", "Khóa bí mật của ứng dụng", "Xem ở developers.zalo.me, mục Cài đặt.", secret=True),
        Setting("access_token", "Mã truy cập", "Nhận khi nối kênh; sau đó tự đổi mỗi ngày.", secret=True),
        Setting("refresh_token", "Mã gia hạn", "Nhận khi nối kênh; mỗi mã chỉ dùng được một lần.", secret=True),
        _address("api_url", "Địa chỉ Zalo OpenAPI", "https://openapi.zalo.me"),
        _address("oauth_url", "Địa chỉ đăng nhập Zalo", "https://oauth.zaloapp.com"),
    )
    limits = Limits(
        title=_TITLE_LIMIT, description=_DESCRIPTION_LIMIT, pictures=1, picture_required=True, picture_bytes=2**20
    )
    metrics = (Metric("total_view", "Lượt xem"), Metric("total_share", "Lượt chia sẻ"))
    reads_back = True
    revises = frozenset({"title", "description", "text", "media"})
    removes = True
    # Zalo counts calls by the minute (-32) and does not publish how many (section 3.6). An article takes up to ten.
    pace: ClassVar[Pace | None] = Pace(burst=20, every=timedelta(seconds=6))
    resumable_after = frozenset({"article_token", "article"})

    # Seconds between questions while Zalo works on an article, and how to wait them.
    waits: ClassVar[tuple[float, ...]] = (0.5, 1.0, 2.0)
    sleep: Callable[[float], None] = staticmethod(time.sleep)

    # -- before approval

    def compose(self, message: Message, wording: int = 0) -> Rendered:
        """As for every channel; without a description, the beginning of the text, since Zalo demands one."""
        words = super().compose(message, wording)
        opening = shorten(words.text.split("\n\n", maxsplit=1)[0], _DESCRIPTION_LIMIT, placeholder="…")
        return replace(words, description=words.description or opening)

    def problems(self, outgoing: Outgoing) -> list[str]:
        """Besides the limits: Zalo refuses an article without title, description, author or a cover it can fetch."""
        problems = super().problems(outgoing)
        if not outgoing.title.strip():
            problems.append("Bài Zalo chưa có tiêu đề; hãy viết tiêu đề.")
        if not outgoing.description.strip():
            problems.append("Bài Zalo chưa có mô tả; hãy viết một câu mô tả.")
        if len(self.options["author"]) > _AUTHOR_LIMIT:
            problems.append(f"Tên tác giả dài quá {_AUTHOR_LIMIT} ký tự; hãy rút ngắn trong phần cài đặt kênh.")
        if outgoing.media and outgoing.media[0].url is None:
            problems.append("Zalo tải ảnh bìa từ Internet; hãy nhờ người quản trị đặt public_url trong tệp cấu hình.")
        return problems

    # -- delivery

    def publish(self, outgoing: Outgoing, session: Session) -> Receipt:
        """Create hidden, then show. Unsure only where the answer to creating is lost; after that, Temporary."""
        api = self._api(session)
        article = session.saved("article")
        if article is None:
            article = self._settled("article_token", "create", self._document(outgoing, "hide"), api, session)
            session.save("article", article)
        self._settled("show_token", "update", {"id": article, **self._document(outgoing, "show")}, api, session)
        return self._receipt(article)

    def _settled(self, step: str, action: str, document: Mapping[str, Any], api: ZaloApi, session: Session) -> str:
        """The article's id once Zalo has worked through a document, submitted unless an earlier attempt did."""
        token = session.saved(step)
        if token is not None:
            # What Zalo could not work through then may pass now: a cover that has become reachable.
            with suppress(Rejected):
                return self._verified(token, api)
        token = self._submitted(action, document, api)
        session.save(step, token)
        return self._verified(token, api)

    def _submitted(self, action: str, document: Mapping[str, Any], api: ZaloApi) -> str:
        """The handle of the work Zalo has begun. A lost update may be repeated, a lost creation leaves doubt."""
        unclear = Unsure if action == "create" else Temporary
        answer = api.post(f"article/{action}", document, unclear)
        if not answer.get("token"):
            raise unclear("Zalo trả lời mà không kèm mã theo dõi bài viết.")
        return str(answer["token"])

    def _verified(self, token: str, api: ZaloApi) -> str:
        """The article's id, asked for until Zalo is ready. Raises Processing where it is not ready soon."""
        for wait in self.waits:
            with suppress(Processing):
                return self._verify(token, api)
            self.sleep(wait)
        return self._verify(token, api)

    def _verify(self, token: str, api: ZaloApi) -> str:
        answer = api.post("article/verify", {"token": token})
        if not answer.get("id"):
            raise Temporary("Zalo chưa cho biết mã bài viết; sẽ tự hỏi lại.")
        return str(answer["id"])

    def _document(self, outgoing: Outgoing, status: str) -> dict[str, Any]:
        """The article as Zalo reads it. Its cover must be a percent-encoded public address (section 3.3)."""
        if not outgoing.media or outgoing.media[0].url is None:
            raise Rejected(self.problems(outgoing)[-1])
        paragraphs = [paragraph for paragraph in outgoing.text.split("\n\n") if paragraph.strip()]
        if outgoing.link and outgoing.link not in outgoing.text:
            paragraphs.append(outgoing.link)
        cover = requote_uri(outgoing.media[0].url)
        return {
            "type": "normal",
            "title": outgoing.title,
            "author": self.options["author"],
            "cover": {"cover_type": "photo", "photo_url": cover, "status": "show"},
            "description": outgoing.description,
            "body": [{"type": "text", "content": paragraph} for paragraph in paragraphs],
            "status": status,
            "comment": "show" if self.options["comments"] == "show" else "hide",
        }

    def refresh(self, receipt: Receipt, session: Session) -> Receipt:
        """Whether followers see the article: one that is gone or hidden is REMOVED."""
        try:
            article = self._detail(receipt.remote_id, self._api(session))
        except Rejected:
            return replace(receipt, state=State.REMOVED, note="Bài viết không còn trên OA.")
        if article.get("status") == "hide":
            return replace(receipt, state=State.REMOVED, note="Bài viết đang bị ẩn trên OA.")
        return replace(receipt, state=State.PUBLISHED)

    def revise(self, receipt: Receipt, outgoing: Outgoing, session: Session) -> Receipt:
        """Replace the whole article under its id."""
        api = self._api(session)
        token = self._submitted("update", {"id": receipt.remote_id, **self._document(outgoing, "show")}, api)
        self._verified(token, api)
        return receipt

    def remove(self, receipt: Receipt, session: Session) -> Receipt:
        """Take the article down for good."""
        self._api(session).post("article/remove", {"id": receipt.remote_id})
        return replace(receipt, state=State.REMOVED)

    # -- after doubt

    def find(self, outgoing: Outgoing, since: datetime, session: Session) -> Sighting:
        """Look for the article; never Absent, since the listing may lag behind (section 9).

        A hidden one (the oldest, as a later one may be a later post's) is saved, so that the next attempt shows it.
        """
        saved = session.saved("article")
        try:
            if saved is not None:
                articles = [self._detail(saved, self._api(session))]
            else:
                walked = list(self._candidates({_words(outgoing)}, since, session))
                # Asked again after the walk: meanwhile another post may have taken one.
                articles = [article for article in walked if not session.is_taken(str(article["id"]))]
        except ChannelError as error:
            return CannotSay(f"Không đọc lại được Zalo OA: {error}")
        except (AttributeError, LookupError, TypeError, ValueError):
            return CannotSay("Không hiểu danh sách bài viết Zalo trả về; hãy mở oa.zalo.me để xem.")
        shown = [article for article in articles if article.get("status") == "show"]
        if len(shown) == 1:
            return Found(self._receipt(str(shown[0]["id"])))
        if shown:
            return CannotSay(f"OA có {len(shown)} bài viết giống bài này; hãy mở oa.zalo.me để xem.")
        if articles:
            session.save("article", str(min(articles, key=lambda row: row.get("created", since))["id"]))
            return CannotSay("Bài viết đã có trên OA nhưng còn ẩn; gửi lại sẽ hiện đúng bài đó.", is_hidden=True)
        return CannotSay("Chưa thấy bài viết trên OA, nhưng Zalo có thể còn đang xử lý; hãy mở oa.zalo.me để xem.")

    def strangers(self, ours: Sequence[Outgoing], since: datetime, session: Session) -> list[Receipt]:
        """Articles with the title and description of one of ours, hidden ones too: they are about to be shown."""
        try:
            found = list(self._candidates({_words(outgoing) for outgoing in ours}, since, session))
        except (AttributeError, LookupError, TypeError, ValueError):
            raise Rejected("Không hiểu danh sách bài viết Zalo trả về; hãy mở oa.zalo.me để xem.") from None
        return [self._receipt(str(article["id"])) for article in found]

    def _candidates(
        self, words: Collection[tuple[str, str]], since: datetime, session: Session
    ) -> Iterator[dict[str, Any]]:
        """Articles with one of these titles and its description, created since, that no other post owns."""
        api = self._api(session)
        titles = {title for title, _ in words}
        for row in listed(api, _MOST_PAGES):
            if row.get("title") not in titles or session.is_taken(str(row.get("id"))):
                continue
            # The listing is not documented to hold the description.
            article = row if "description" in row else self._detail(str(row["id"]), api)
            # Without a date the words decide: an earlier post with the same words is taken.
            created = created_at(article) or created_at(row) or since
            if (row["title"], article.get("description")) in words and created >= since - _CLOCK_SKEW:
                yield {"id": row["id"], "status": article.get("status", row.get("status")), "created": created}

    def _detail(self, article: str, api: ZaloApi) -> dict[str, Any]:
        return {"id": article, **api.get("article/getdetail", id=article)}

    def login_ends(self, session: Session) -> datetime | None:
        """When the refresh token dies if nobody uses it; each use, at least one a day, begins its time anew."""
        return self._api(session).login_ends()

    # -- reach

    def measure(self, receipt: Receipt, session: Session) -> list[Figure]:
        """Views and shares, where Zalo gives them: optional fields of the article or of its row in the list."""
        api = self._api(session)
        article = self._detail(receipt.remote_id, api)
        if not any(metric.name in article for metric in self.metrics):
            rows = listed(api, _MOST_PAGES_FOR_FIGURES)
            article = next((row for row in rows if str(row.get("id")) == receipt.remote_id), {})
        return [_figure(metric.name, article.get(metric.name)) for metric in self.metrics]

    def _api(self, session: Session) -> ZaloApi:
        return ZaloApi(self.http, self.options, session)

    def _receipt(self, article: str) -> Receipt:
        oa_id = self.options["oa_id"]
        return Receipt(article, State.PUBLISHED, f"https://rd.zapps.vn/detail/{oa_id}?id={article}&pageId={oa_id}")


def _words(outgoing: Outgoing) -> tuple[str, str]:
    """What tells articles apart in Zalo's list."""
    return outgoing.title, outgoing.description


def _figure(metric: str, value: Any) -> Figure:
    return Figure(metric, int(value)) if str(value).isdecimal() else Figure(metric, None, note="Zalo chưa trả số liệu")

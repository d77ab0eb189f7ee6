"""A Facebook Page, through the Graph API v26.0 (channels.md sections 1, 2 and 9).

Facebook has no idempotency key: only `POST /{page}/feed` makes a post public, and it is asked once. A picture is
staged unpublished beforehand, which is harmless. After doubt the Page is read back; since the listing is ranked and
never complete, it can prove that a post is there but never that it is not.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from channels.base import (
    CannotSay,
    Channel,
    ChannelError,
    Figure,
    Found,
    Limits,
    Media,
    NeedsLogin,
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
from channels.facebook_reach import METRICS, figures
from channels.graph import INVALID_PARAMETER, Graph, GraphError, asking, publishing, walk

# How far the clock of this machine and Facebook's may be apart.
_CLOCK_SKEW = timedelta(minutes=2)
_NOT_SEEN = "Không thấy bài trên Trang Facebook, hoặc Trang không còn cho phép; hãy mở Trang để xem bài còn đó không."


class FacebookPage(Channel):
    """One Page: text with or without a link, or text with one picture."""

    kind = "facebook"
    label = "Trang Facebook"
    icon = "facebook"
    settings = (
        Setting("page_id", "Mã Trang", "Dãy số ở mục Giới thiệu, phần Tính minh bạch của Trang.", digits=True),
        Setting("token", "Mã truy cập Trang", "Mã lấy từ người quản trị Trang; xem hướng dẫn nối kênh.", secret=True),
        Setting(
            "app_secret",
            "Khóa bí mật của ứng dụng",
            "Cần khi ứng dụng bật yêu cầu appsecret_proof; nếu không thì để trống.",
            secret=True,
            required=False,
        ),
        Setting(
            "api_url",
            "Địa chỉ Graph API",
            "Chỉ đổi khi dùng máy chủ mô phỏng.",
            required=False,
            default="https://graph.facebook.com",
            from_config=True,
        ),
    )
    limits = Limits(text=63206, pictures=1, picture_bytes=4 * 1024 * 1024)
    metrics = METRICS
    reads_back = True
    revises = frozenset({"text"})
    removes = True
    # The least that Facebook allows is 200 calls an hour (section 2.6); a post with a picture takes two.
    pace: ClassVar[Pace | None] = Pace(burst=100, every=timedelta(seconds=36))
    # Facebook takes 10 minutes to 30 days; a margin keeps slow requests and skewed clocks inside (section 2.2).
    remote_window: ClassVar[tuple[timedelta, timedelta] | None] = (timedelta(minutes=20), timedelta(days=29))

    # -- delivery

    def publish(self, outgoing: Outgoing, session: Session) -> Receipt:
        """Post to the Page's feed now. Unsure after any answer that does not clearly refuse."""
        return _receipt(self._post(outgoing, session, {}), State.PUBLISHED)

    def schedule_remotely(self, outgoing: Outgoing, session: Session) -> Receipt:
        """Leave the post with Facebook, which publishes it at `outgoing.due`."""
        terms: dict[str, Any] = {"published": False, "scheduled_publish_time": int(outgoing.due.timestamp())}
        if outgoing.media:
            terms["unpublished_content_type"] = "SCHEDULED"
        return _receipt(self._post(outgoing, session, terms), State.SCHEDULED_REMOTELY)

    def _post(self, outgoing: Outgoing, session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
        """The one request that publishes, after its picture is staged."""
        graph = self._graph(session)
        feed = f"{self.options['page_id']}/feed?fields=id,permalink_url"
        form = {"message": _message(outgoing), **terms}
        if not outgoing.media:
            with publishing(session.now()):
                return graph.write(feed, **form, link=outgoing.link)
        staged = session.saved("photo")
        if staged:
            with publishing(session.now()):
                try:
                    return graph.write(feed, **form, attached_media=[{"media_fbid": staged}])
                except GraphError as error:
                    # A staged photo lives about 24 hours: clearly refused as invalid, it is staged anew below.
                    if error.code != INVALID_PARAMETER or not isinstance(error.verdict(session.now()), Rejected):
                        raise
        photo = self._stage(graph, outgoing.media[0], session, temporary=bool(terms))
        with publishing(session.now()):
            return graph.write(feed, **form, attached_media=[{"media_fbid": photo}])

    def _stage(self, graph: Graph, media: Media, session: Session, temporary: bool) -> str:
        """Upload a picture nobody sees yet and save its id. `temporary` where the post itself is scheduled."""
        with asking(session.now()):
            answer = graph.write(
                f"{self.options['page_id']}/photos",
                files={"source": ("picture", media.data, media.mime)},
                published=False,
                temporary=temporary or None,
                alt_text_custom=media.alt,
            )
        if not answer.get("id"):
            raise Temporary("Facebook chưa nhận ảnh; sẽ tự thử lại.")
        session.save("photo", str(answer["id"]))
        return str(answer["id"])

    def refresh(self, receipt: Receipt, session: Session) -> Receipt:
        """Whether a post left with Facebook is out by now, still waiting, or not shown to us any more (REMOVED)."""
        graph = self._graph(session)
        with asking(session.now()):
            try:
                answer = graph.read(receipt.remote_id, fields="is_published,permalink_url")
            except GraphError as error:
                if not error.is_missing:
                    raise
                return replace(receipt, state=State.REMOVED, note="Bài không còn trên Trang Facebook.")
        if answer.get("is_published") is not True:
            return receipt
        return replace(receipt, state=State.PUBLISHED, link=answer.get("permalink_url") or receipt.link)

    def revise(self, receipt: Receipt, outgoing: Outgoing, session: Session) -> Receipt:
        """Replace the words. Facebook keeps the picture, the link preview and the hour as they were."""
        with asking(session.now()):
            answer = self._graph(session).write(receipt.remote_id, message=_message(outgoing))
        if answer.get("success") is not True:
            raise Temporary("Facebook chưa xác nhận đã sửa bài; sẽ tự thử lại.")
        return receipt

    def remove(self, receipt: Receipt, session: Session) -> Receipt:
        """Take the post down. Rejected where Facebook shows none: it may be gone, or be up and closed to us."""
        graph = self._graph(session)
        with asking(session.now()):
            try:
                answer = graph.delete_object(receipt.remote_id)
            except GraphError as error:
                if not error.is_missing:
                    raise
                raise Rejected(_NOT_SEEN) from None
        if answer.get("success") is not True:
            raise Temporary("Facebook chưa xác nhận đã gỡ bài; sẽ tự thử lại.")
        return replace(receipt, state=State.REMOVED)

    # -- after doubt

    def find(self, outgoing: Outgoing, since: datetime, session: Session) -> Sighting:
        """Look for exactly these words among what the Page published since; never Absent (section 2.3)."""
        words = _normal(_message(outgoing))
        try:
            matches = [
                _receipt(post, state)
                for post, state in self._posts(since, session, ahead=session.now() < outgoing.due)
                if _normal(post.get("message") or "") == words and not session.is_taken(str(post["id"]))
            ]
        except ChannelError as error:
            return CannotSay(f"Không đọc lại được Trang Facebook: {error}")
        except (AttributeError, LookupError, TypeError, ValueError):
            return CannotSay("Không hiểu danh sách bài Facebook trả về; hãy mở Trang để xem.")
        if len(matches) == 1:
            return Found(matches[0])
        if matches:
            return CannotSay(f"Trang Facebook có {len(matches)} bài cùng nội dung này; hãy mở Trang để xem.")
        return CannotSay("Chưa thấy bài trên Trang Facebook, nhưng danh sách có thể thiếu; hãy mở Trang để xem.")

    def strangers(self, ours: Sequence[Outgoing], since: datetime, session: Session) -> list[Receipt]:
        """Posts in exactly the words of one of ours, also those that another installation has left with Facebook."""
        words = {_normal(_message(outgoing)) for outgoing in ours}
        try:
            return [
                _receipt(post, state)
                for post, state in self._posts(since, session, ahead=True)
                if _normal(post.get("message") or "") in words and not session.is_taken(str(post["id"]))
            ]
        except NeedsLogin:
            # Publishing and reading are permissions apart: only a token that is dead needs a person.
            self.login_ends(session)
            raise Rejected("Trang Facebook không cho đọc lại bài; hãy mở Trang để xem.") from None
        except (AttributeError, LookupError, TypeError, ValueError):
            raise Rejected("Không hiểu danh sách bài Facebook trả về; hãy mở Trang để xem.") from None

    def _posts(self, since: datetime, session: Session, *, ahead: bool) -> Iterator[tuple[dict[str, Any], State]]:
        """What the Page published since; `ahead` also what it keeps until its hour, whenever that was left there."""
        graph, page = self._graph(session), self.options["page_id"]
        for post in walk(graph, f"{page}/published_posts", "id,message,created_time,permalink_url", session.now()):
            if datetime.fromisoformat(post["created_time"]) >= since - _CLOCK_SKEW:
                yield post, State.PUBLISHED
        if ahead:
            for post in walk(graph, f"{page}/scheduled_posts", "id,message,permalink_url", session.now()):
                yield post, State.SCHEDULED_REMOTELY

    # -- the connection

    def login_ends(self, session: Session) -> datetime | None:
        """What Facebook knows about the token: its end, or the end of what the person has let us read (section 2.4)."""
        graph = self._graph(session)
        with asking(session.now()):
            try:
                known = graph.read("debug_token", input_token=graph.access_token).get("data")
            except GraphError as error:
                if isinstance(error.verdict(session.now()), Rejected) or error.is_permission:
                    # It works, and is merely not told about itself.
                    return None
                raise
        if not isinstance(known, dict):
            return None
        if known.get("is_valid") is False:
            raise NeedsLogin("Mã truy cập Trang Facebook không còn dùng được; hãy lấy mã mới và nối lại kênh.")
        ends = [known.get(name) for name in ("expires_at", "data_access_expires_at")]
        # Zero means never.
        return min((datetime.fromtimestamp(end, UTC) for end in ends if isinstance(end, int) and end > 0), default=None)

    # -- reach

    def measure(self, receipt: Receipt, session: Session) -> list[Figure]:
        """The figures of one post, as Facebook counts them."""
        return figures(self._graph(session), receipt.remote_id, session.now())

    def _graph(self, session: Session) -> Graph:
        secrets = session.credentials.read()
        token = secrets.get("token")
        if not token:
            raise NeedsLogin("Kênh chưa có mã truy cập Trang Facebook; hãy nối kênh.")
        return Graph(self.http, self.options["api_url"], token, secrets.get("app_secret", ""), session)


def _message(outgoing: Outgoing) -> str:
    """The words as posted. Beside a picture Facebook shows no link of its own, so the link joins the words."""
    if outgoing.media and outgoing.link and outgoing.link not in outgoing.text:
        return f"{outgoing.text}\n\n{outgoing.link}"
    return outgoing.text


def _normal(text: str) -> str:
    """Words for comparison: NFC, without the line ends and trailing blanks that Facebook may change."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _receipt(post: Mapping[str, Any], state: State) -> Receipt:
    """The receipt of a post as Facebook describes it, always under its full `{page}_{post}` id."""
    if not post.get("id"):
        raise Unsure("Facebook trả lời mà không kèm mã bài; bài có thể đã lên, hãy mở Trang để xem.")
    remote_id = str(post["id"])
    return Receipt(remote_id, state, post.get("permalink_url") or f"https://www.facebook.com/{remote_id}")

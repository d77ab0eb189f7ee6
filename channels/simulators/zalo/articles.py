"""The article API, which in 2026 is still `/v2.0/article/` (channels.md section 3.3)."""

from typing import Any

from flask import Response, request
from werkzeug.datastructures import FileStorage

from channels.simulators.zalo.checks import article_type, read_content
from channels.simulators.zalo.media import all_fetched
from channels.simulators.zalo.model import Account, Article, Content, Payload, Refusal
from channels.simulators.zalo.routes import Routes, answer, body, number, publisher
from channels.simulators.zalo.store import Store

SLICE_MOST = 10
VIDEO_BYTES = 50 * 1024 * 1024
VIDEO_ENDINGS = (".mp4", ".avi")


class ArticleApi:
    """Create, verify, update, remove and read articles; upload the video of a video article."""

    def __init__(self, store: Store, statistics: bool) -> None:
        """`statistics` says whether articles carry `total_view` and `total_share`."""
        self.store, self.statistics = store, statistics

    def routes(self) -> Routes:
        """Method, path and view of every call of this part."""
        root = "/v2.0/article"
        return [
            ("POST", f"{root}/create", self.create),
            ("POST", f"{root}/verify", self.verify),
            ("POST", f"{root}/update", self.update),
            ("POST", f"{root}/remove", self.remove),
            ("GET", f"{root}/getdetail", self.detail),
            ("GET", f"{root}/getslice", self.slice),
            ("POST", f"{root}/upload_video/preparevideo", self.upload_video),
            ("GET", f"{root}/upload_video/verify", self.verify_video),
            ("POST", f"{root}/upload_image", self.upload_image),
        ]

    def create(self) -> Response:
        """Accept a new article for processing."""
        account = publisher(self.store)
        return self._process(account, self._content(account, body()))

    def update(self) -> Response:
        """Accept a change of an article for processing."""
        account = publisher(self.store)
        payload = body()
        article = self.store.article(account, payload.get("id"))
        content = self._content(account, payload)
        if content.type != article.type:
            raise Refusal(-201, "type value is invalid")
        return self._process(account, content, article.id)

    def _content(self, account: Account, payload: Payload) -> Content:
        with self.store.lock:
            return read_content(payload, account.uploads.values())

    def _process(self, account: Account, content: Content, article_id: str = "") -> Response:
        job = self.store.open_job(account, content, article_id)
        # Outside the lock: the pictures may lie on a server that talks to this one.
        self.store.media_fetched(job, all_fetched(content.pictures()))
        return answer({"token": job.token})

    def verify(self) -> Response:
        """How far the processing of a token has come."""
        account = publisher(self.store)
        return answer({"id": self.store.poll(account, body().get("token"))})

    def remove(self) -> Response:
        """Take an article down."""
        account = publisher(self.store)
        with self.store.lock:
            article = self.store.article(account, body().get("id"))
            article.removed = True
        return answer({"id": article.id})

    def detail(self) -> Response:
        """One article in full."""
        account = publisher(self.store)
        with self.store.lock:
            article = self.store.article(account, request.args.get("id"))
            full = {
                "author": article.author,
                "description": article.description,
                "cover": article.cover,
                "body": article.body,
                "video_id": article.video_id,
                "avatar": article.avatar,
                "comment": article.comment,
                "tracking_link": article.tracking_link,
            }
            return answer(self._row(article) | full)

    def slice(self) -> Response:
        """A page of the list of articles of one type."""
        account = publisher(self.store)
        kind = article_type(request.args.get("type"))
        offset = number("offset", request.args.get("offset"), 0)
        limit = number("limit", request.args.get("limit"), SLICE_MOST)
        if limit > SLICE_MOST:
            raise Refusal(-201, f"maximum limit is {SLICE_MOST}")
        with self.store.lock:
            listed = [article for article in self.store.listed(account) if article.type == kind]
            medias = [self._row(article) for article in listed[offset : offset + limit]]
        return answer({"medias": medias, "total": len(listed)})

    def _row(self, article: Article) -> Payload:
        row: dict[str, Any] = {
            "id": article.id,
            "type": article.type,
            "title": article.title,
            "status": article.status,
            "thumb": article.thumb,
            "create_date": int(article.created_at.timestamp() * 1000),
            "update_date": int(article.updated_at.timestamp() * 1000),
        }
        if self.statistics:
            now = self.store.now()
            row |= {"total_view": article.views(now), "total_share": article.shares(now)}
        return row

    def upload_video(self) -> Response:
        """Take the file of a video article."""
        account = publisher(self.store)
        file = request.files.get("file")
        if file is None or not _is_video(file):
            raise Refusal(-201, "file must be mp4 or avi of at most 50MB")
        token = self.store.make_up("upload")
        with self.store.lock:
            account.uploads[token] = self.store.make_up("video")[:20]
        return answer({"token": token})

    def verify_video(self) -> Response:
        """The video id of an upload, whose token stands in the header."""
        account = publisher(self.store)
        video_id = account.uploads.get(request.headers.get("token", ""))
        if video_id is None:
            raise Refusal(-201, "token is invalid")
        return answer({"video_id": video_id, "status": 1})

    def upload_image(self) -> Response:
        """Gone since the old API."""
        publisher(self.store)
        raise Refusal(-209, "API is not support")


def _is_video(file: FileStorage) -> bool:
    data = file.stream.read(VIDEO_BYTES + 1)
    return 0 < len(data) <= VIDEO_BYTES and (file.filename or "").lower().endswith(VIDEO_ENDINGS)

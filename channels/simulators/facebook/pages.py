"""The simulated Page as people would see it: Vietnamese, read-only, and clearly marked as simulated."""

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, render_template

from channels.simulators.facebook.figures import Figures, figures_at
from channels.simulators.facebook.store import Store

_HERE = ZoneInfo("Asia/Ho_Chi_Minh")
_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


def local_time(moment: datetime) -> str:
    """A moment as people here write it: weekday, day and time in Vietnam."""
    there = moment.astimezone(_HERE)
    return f"{_WEEKDAYS[there.weekday()]}, {there:%d/%m/%Y, %H:%M}"


def count(number: int) -> str:
    """A count with the Vietnamese thousands separator."""
    return f"{number:,}".replace(",", ".")


def add_human_pages(app: Flask, store: Store, lock: threading.RLock) -> None:
    """Serve `/_feed/`, `/_feed/{page}` and the pictures. Reads the store under the simulator's lock only."""
    app.jinja_env.filters.update(local_time=local_time, count=count)

    @app.errorhandler(404)
    def say_missing(_: Exception) -> tuple[str, int]:
        return render_template("missing.html"), 404

    @app.get("/_feed/")
    def list_pages() -> str:
        with lock:
            return render_template("pages.html", pages=list(store.pages.values()))

    @app.get("/_feed/<page_id>")
    def show_feed(page_id: str) -> str:
        with lock:
            store.advance()
            page = store.pages.get(page_id) or abort(404)
            posts = [post for post in store.posts_of(page_id) if not post.removed]
            published = sorted((post for post in posts if post.published), key=lambda post: post.created_at)
            waiting = sorted(
                ((post.scheduled_at, post) for post in posts if post.scheduled_at and not post.published),
                key=lambda row: row[0],
            )
            now = store.now()
            rows = [(post, figures_at(post.id, now - post.created_at) or Figures()) for post in reversed(published)]
            return render_template("feed.html", page=page, rows=rows, waiting=waiting)

    @app.get("/_feed/photo/<photo_id>")
    def show_photo(photo_id: str) -> Response:
        with lock:
            photo = store.photos.get(photo_id) or abort(404)
            return Response(photo.data, content_type=photo.mime)

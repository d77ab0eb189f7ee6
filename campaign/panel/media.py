"""Pictures of messages, open to the world: Zalo fetches covers from here (channels.md section 3.3)."""

from flask import Blueprint, Response, abort

from campaign.errors import Problem
from campaign.models import MediaFile
from campaign.panel.access import PUBLIC, home, rule

bp = Blueprint("media", __name__)


@bp.get("/media/<sha256>.png")
@bp.get("/media/<sha256>.jpg")
@rule(PUBLIC)
def picture(sha256: str) -> Response:
    """The bytes of a picture this home knows. They never change under their name, so anyone may keep them."""
    row = MediaFile.get_or_none(MediaFile.sha256 == sha256)
    if row is None:
        abort(404)
    try:
        data = home().store.read(row.sha256)
    except Problem:
        abort(404)
    response = Response(data, mimetype=row.mime)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.set_etag(row.sha256)
    return response

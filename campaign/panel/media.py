"""Pictures of messages, open to the world: Zalo fetches covers from here (channels.md section 3.3)."""

from flask import Blueprint, Response, abort, g, request

from campaign.errors import Problem
from campaign.models import MediaFile
from campaign.panel.access import PUBLIC, home, rule
from campaign.pictures import COVER
from campaign.withdrawals import is_picture_withdrawn

bp = Blueprint("media", __name__)


@bp.get("/media/<sha256>.png")
@bp.get("/media/<sha256>.jpg")
@rule(PUBLIC)
def picture(sha256: str) -> Response:
    """The bytes of a picture this home knows; of a withdrawn one only for those who are signed in.

    The bytes never change under their name, but may be taken back: nobody keeps them for longer than a day unasked.
    """
    row = MediaFile.get_or_none(MediaFile.sha256 == sha256)
    if row is None:
        abort(404)
    withdrawn = row.origin != COVER and is_picture_withdrawn(row.sha256)
    if withdrawn and g.user is None:
        abort(404)
    try:
        data = home().store.read(row.sha256)
    except Problem:
        abort(404)
    response = Response(data, mimetype=row.mime)
    response.headers["Cache-Control"] = "private, no-store" if withdrawn else "public, max-age=86400"
    response.set_etag(row.sha256)
    response.make_conditional(request)
    return response

"""The reach of one Facebook post: which figures Graph API v26.0 still gives, and how it gives them (section 2.7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.base import Figure, Metric
from channels.graph import INVALID_PARAMETER, Graph, GraphError, asking

_INSIGHTS = (
    Metric("post_media_view", "Lượt xem"),
    Metric("post_total_media_view_unique", "Số người xem"),
    Metric("post_clicks", "Lượt bấm"),
)
# Counted on the post itself, so they need no permission for insights.
_COUNTS = (
    Metric("reactions", "Lượt bày tỏ cảm xúc"),
    Metric("comments", "Bình luận"),
    Metric("shares", "Lượt chia sẻ"),
)
METRICS = _INSIGHTS + _COUNTS

_COUNT_FIELDS = "reactions.limit(0).summary(true),comments.limit(0).summary(true),shares"
_NO_FIGURE = "Facebook chưa trả số liệu"
_RETIRED = "Facebook không còn cung cấp số liệu này"
_GONE = "Bài không còn trên Trang Facebook"
_NO_PERMISSION = "Kênh thiếu quyền đọc số liệu; hãy nối lại kênh và đồng ý mọi quyền được hỏi"


def figures(graph: Graph, remote_id: str, now: datetime) -> list[Figure]:
    """Every figure of `METRICS`. One insight per request: a retired metric spoils the whole answer.

    Raises a ChannelError where the channel as a whole is in trouble: no network, no allowance, a dead token.
    """
    found = []
    for metric in _INSIGHTS:
        answer, note = _ask(graph, f"{remote_id}/insights", now, metric=metric.name)
        found.append(_figure(metric, _insight(answer), note))
    answer, note = _ask(graph, remote_id, now, fields=_COUNT_FIELDS)
    return found + [_figure(metric, _count(answer.get(metric.name)), note) for metric in _COUNTS]


def _ask(graph: Graph, path: str, now: datetime, **args: str) -> tuple[dict[str, Any], str]:
    """An answer, and what to note beside a figure it lacks."""
    with asking(now):
        try:
            return graph.read(path, **args), _NO_FIGURE
        except GraphError as error:
            if error.is_permission:
                return {}, _NO_PERMISSION
            if error.code != INVALID_PARAMETER:
                raise
            return {}, _GONE if error.is_missing else _RETIRED


def _figure(metric: Metric, value: Any, note: str) -> Figure:
    return Figure(metric.name, value) if isinstance(value, int) else Figure(metric.name, None, note=note)


def _insight(answer: Mapping[str, Any]) -> Any:
    """The figure of a post over its whole life: the last value of the only row. No row means no figure."""
    rows = answer.get("data") or [{}]
    values = rows[0].get("values") or [{}]
    return values[-1].get("value")


def _count(edge: Mapping[str, Any] | None) -> Any:
    """`{"count": 3}` for shares, `{"summary": {"total_count": 3}}` for the others."""
    if edge is None:
        return None
    return edge.get("count", edge.get("summary", {}).get("total_count"))

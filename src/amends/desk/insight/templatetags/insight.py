"""Charts and the cells of tables."""

from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from amends.desk.insight.chart import draw
from amends.desk.insight.sources import TOO_FEW, Chart, Figure, Ranges
from amends.desk.insight.wording import written
from amends.messages import RIGHT_TO_LEFT

__all__ = ["register"]

register = template.Library()


@register.inclusion_tag("insight/parts/chart.html")
def chart(figure: Figure, title: str) -> dict[str, Any]:
    """The chart of a figure, in the direction of the language."""
    drawing, why_none = None, ""
    if figure.chart is not None:
        drawing = draw(figure.chart, right_to_left=(get_language() or "") in RIGHT_TO_LEFT)
        if not drawing.marks:
            # Axes without anything between them look as if something were broken.
            drawing, why_none = None, _why_none(figure.chart)
    return {"drawing": drawing, "title": title, "why_none": why_none}


def _why_none(chart: Chart) -> str:
    if isinstance(chart, Ranges):
        return _("Drawn for months with at least five cases; fewer are no ground for comparing.")
    return _("There is nothing to draw yet.")


@register.simple_tag
def table_rows(figure: Figure) -> list[tuple[str, list[tuple[str, str]]]]:
    """The rows of a figure: name, then each cell with its class."""
    kinds = [column.kind for column in figure.columns]
    return [
        (
            written(row[0], kinds[0]),
            [
                (written(value, kind), " ".join(_classes(value, kind)))
                for value, kind in zip(row[1:], kinds[1:], strict=True)
            ],
        )
        for row in figure.rows
    ]


def _classes(value: Any, kind: str) -> list[str]:
    return [name for name, holds in (("number", kind != "text"), ("too-few", value is TOO_FEW)) if holds]

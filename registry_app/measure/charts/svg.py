"""Any plot as SVG."""

from __future__ import annotations

from registry_app.measure.charts.bars import bar_chart, shap_chart
from registry_app.measure.charts.course import course_chart, sides_chart
from registry_app.measure.charts.matrix import matrix_chart
from registry_app.measure.charts.pen import Colours
from registry_app.measure.charts.square import INSIDE, calibration_chart, curve_chart, curves_chart
from registry_app.measure.figure.plot import Bars, Calibrated, Course, Curves, Leaning, Matrix, Plot, Sides


def svg_of(plot: Plot, colours: Colours | None = None) -> str:
    """``plot`` drawn in ``colours``."""
    match plot:
        case Bars():
            return bar_chart(plot.bars, plot.title, plot.limit, plot.limit_name, colours)
        case Leaning():
            return shap_chart(plot.bars, plot.title, plot.unit, colours)
        case Calibrated():
            return calibration_chart(plot.points, plot.title, colours)
        case Sides():
            return sides_chart(plot.rows, plot.names, plot.title, colours)
        case Course():
            return course_chart(plot.points, plot.title, plot.up, colours)
        case Matrix():
            return matrix_chart(plot.classes, plot.counts, plot.title, colours)
        case Curves() if len(plot.curves) <= INSIDE and plot.mark is None and plot.limit is None:
            return curve_chart(plot.curves, plot.title, plot.across, plot.up, plot.note, bool(plot.diagonal), colours)
        case Curves():
            return curves_chart(
                plot.curves, plot.title, plot.across, plot.up, plot.mark, plot.limit, bool(plot.diagonal), colours
            )


def is_half(plot: Plot) -> bool:
    """Whether two of its kind fit side by side on a page."""
    if isinstance(plot, Curves):
        return len(plot.curves) <= INSIDE and plot.mark is None and plot.limit is None
    return isinstance(plot, (Calibrated, Matrix))

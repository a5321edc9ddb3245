"""measure/charts: plots as SVG for pages.

Owns: how a plot looks on paper. Text stays text, the same plot gives the same bytes, colours come from the caller, all names are escaped, and each
``<svg role="img">`` says in its ``aria-label`` what a person would read off it. Never: reads a result.

Files in reading order:

pen.py     colours, lines, rectangles, texts
bars.py    bars from 0, bars around 0
square.py  curves in the unit square, calibration
matrix.py  label by prediction
course.py  before and now, and over time
svg.py     any of them
"""

from registry_app.measure.charts.pen import FONT, Colours
from registry_app.measure.charts.svg import is_half, svg_of

__all__ = ["FONT", "Colours", "is_half", "svg_of"]

"""Counts of label by prediction; the darker, the larger the share of its label's rows."""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.measure.charts.pen import Colours, cut, rect, svg, written

_SPAN = 254
"""Width of all cells together where there are few; small cells hold no number."""


def matrix_chart(
    classes: Sequence[str], counts: Sequence[Sequence[int]], title: str, colours: Colours | None = None
) -> str:
    """Labels down, predictions across; right ones on the diagonal.

    Args:
        classes: their names, 2 to 26.
        counts: rows, by label and then prediction.
    """
    paint = colours or Colours()
    many = len(classes)
    large = many == 2
    wide, high = (127.0, 81.0) if large else (max(17.0, _SPAN / many),) * 2
    left, top = 108.0, 58.0 if large else 92.0
    total = sum(map(sum, counts)) or 1
    parts = [written(0, 16, title, paint.ink, size=13, weight=700)]
    size = 11 if many <= 10 else 9
    for place, name in enumerate(classes):
        across, down = left + wide * (place + 0.5), top + high * (place + 0.5) + 4
        said = cut(name, 14)
        parts.append(written(left - 8, down, f"is {said}" if large else said, paint.muted, anchor="end", size=size))
        if large:
            parts.append(written(across, 48, f"predicted {said}", paint.muted, anchor="middle", size=size))
        else:
            turned = f'transform="rotate(-60 {round(across, 1)} {top - 8})"'
            parts.append(written(across, top - 8, cut(name, 10), paint.muted, size=size, more=turned))
    told = []
    for row, label in enumerate(classes):
        whole = sum(counts[row]) or 1
        for column, predicted in enumerate(classes):
            count = counts[row][column]
            share = count / total if large else count / whole
            x, y = left + wide * column, top + high * row
            opacity = round(0.06 + 0.94 * share, 3) if not large else round(0.12 + 0.88 * share, 3)
            ink = "#ffffff" if opacity > (0.8 if large else 0.6) else paint.ink
            parts.append(rect(x, y, wide - 3 if large else wide - 1, high - 3 if large else high - 1, paint.bar if row == column else paint.other, opacity))  # fmt: skip
            middle, across = y + high / 2, x + wide / 2
            if large:
                parts.append(written(across, middle - 1, f"{count:,}", ink, anchor="middle", size=18, weight=700))
                parts.append(written(across, middle + 19, f"{share:.1%}", ink, anchor="middle", size=11))
            elif count and len(f"{count:,}") * 5.5 < wide:
                parts.append(written(across, middle + 3, f"{count:,}", ink, anchor="middle", size=9))
            if count:
                told.append(f"{cut(label, 40)} predicted {cut(predicted, 40)} {count}")
    below = top + high * many
    if not large:
        parts.append(written(left, below + 16, "label down, prediction across", paint.muted, size=11))
    return svg(round(left + wide * many + 10), below + (12 if large else 26), f"{title}: {'; '.join(told)}", parts)

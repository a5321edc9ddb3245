"""Rows drawn by chance, and the counts that reading them would leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from registry_app.measure.cells.cells import Cells, Groups, Moments


@dataclass(frozen=True)
class Rows:
    """A small table: features c, g and h, label y, prediction p, weight w."""

    frame: pd.DataFrame
    classes: int

    def cells(self, by: tuple[str, ...], weighted: bool) -> Cells:
        keys = list(self.frame[list(by)].itertuples(index=False, name=None))
        names = tuple(sorted(set(keys)))
        shape = (len(names), self.classes, self.classes)
        rows, weight, square = np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape)
        given = self.frame["w"] if weighted else np.ones(len(keys))
        for key, y, p, w in zip(keys, self.frame["y"], self.frame["p"], given, strict=True):
            at = names.index(key), int(y), int(p)
            rows[at] += 1
            weight[at] += w
            square[at] += w * w
        return Cells(Groups(by, names), tuple(str(each) for each in range(self.classes)), rows, weight, square)

    def moments(self, by: tuple[str, ...], weighted: bool) -> Moments:
        frame = self.frame.assign(w=self.frame["w"] if weighted else 1.0)
        y, p, w = (frame[name].astype(float) for name in "ypw")
        e, u, v = y - p, y - 0.5, p + 0.5
        sums = {
            "w": w, "ww": w * w, "wy": w * y, "wu": w * u, "wuu": w * u * u, "wp": w * p, "wv": w * v,
            "wvv": w * v * v, "wee": w * e * e, "weeee": w * e**4, "wabs": w * e.abs(),
        }  # fmt: skip
        keys = [frame[name] for name in by]
        found = {name: values.groupby(keys, sort=True).sum() for name, values in sums.items()}
        index = found["w"].index
        names = tuple(each if isinstance(each, tuple) else (each,) for each in index)
        count = w.groupby(keys, sort=True).count().to_numpy()
        return Moments(Groups(by, names), count, {name: values.to_numpy() for name, values in found.items()})


def tables(classes: int, most: int = 40) -> st.SearchStrategy[Rows]:
    """Tables of one row or more; groups may lack, and may be of one class."""
    label = st.integers(0, classes - 1)
    row = st.tuples(st.sampled_from("mn"), st.sampled_from("abc"), st.sampled_from("xy"), label, label,
                    st.integers(1, 80).map(lambda each: each / 7))  # fmt: skip
    return st.lists(row, min_size=1, max_size=most).map(
        lambda rows: Rows(pd.DataFrame(rows, columns=["c", "g", "h", "y", "p", "w"]), classes)
    )


def numbers() -> st.SearchStrategy[Rows]:
    """Tables of a regression."""
    label = st.integers(-6, 6)
    value = st.integers(-4000, 4000).map(lambda each: each / 700)
    row = st.tuples(st.sampled_from("mn"), st.sampled_from("abc"), st.sampled_from("xy"), label, value,
                    st.integers(1, 80).map(lambda each: each / 7))  # fmt: skip
    return st.lists(row, min_size=1, max_size=40).map(
        lambda rows: Rows(pd.DataFrame(rows, columns=["c", "g", "h", "y", "p", "w"]), 2)
    )

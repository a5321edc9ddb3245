from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, ks_2samp, kstwobign

from registry_app.measure.drift.distance import chi_square, jensen_shannon, kolmogorov_smirnov, merged, psi

histograms = st.integers(1, 12).flatmap(
    lambda bins: st.tuples(*[st.lists(st.integers(0, 90), min_size=bins, max_size=bins)] * 2)
).filter(lambda both: all(sum(each) for each in both))  # fmt: skip


def test_psi_is_the_textbooks_sum_with_half_a_row_in_each_bin() -> None:
    r, w = (np.array([10.5, 20.5, 0.5]) / 31.5, np.array([5.5, 5.5, 30.5]) / 41.5)
    wanted = sum((b - a) * math.log(b / a) for a, b in zip(r, w, strict=True))
    assert psi(np.array([10, 20, 0]), np.array([5, 5, 30])) == pytest.approx(wanted, abs=1e-14)


@settings(max_examples=50, deadline=None)
@given(both=histograms)
def test_jensen_shannon_is_scipys_to_the_base_two(both: tuple[list[int], list[int]]) -> None:
    r, w = (np.array(each) for each in both)
    assert jensen_shannon(r, w) == pytest.approx(float(jensenshannon(r, w, 2)), abs=1e-7)
    assert 0 <= jensen_shannon(r, w) <= 1


@settings(max_examples=50, deadline=None)
@given(both=histograms)
def test_kolmogorov_smirnov_of_bins_is_scipys_of_their_places(both: tuple[list[int], list[int]]) -> None:
    r, w = (np.array(each) for each in both)
    found = kolmogorov_smirnov(r, w)
    places = np.arange(len(r))
    exact = ks_2samp(np.repeat(places, r), np.repeat(places, w)).statistic
    assert float(found["value"]) == pytest.approx(exact, abs=1e-12)
    rows = r.sum() * w.sum() / (r.sum() + w.sum())
    assert float(found["p_value"]) == pytest.approx(kstwobign.sf(exact * math.sqrt(rows)), abs=1e-12)
    assert float(found["resolution"]) == pytest.approx(max((r / r.sum()).max(), (w / w.sum()).max()), abs=1e-12)


def test_chi_square_is_scipys() -> None:
    r, w = np.array([40, 30, 30]), np.array([20, 40, 50])
    wanted = chi2_contingency([r, w], correction=False)
    found = chi_square(r, w)
    assert found["degrees"] == 2
    assert float(found["value"]) == pytest.approx(wanted.statistic, abs=1e-12)
    assert float(found["p_value"]) == pytest.approx(wanted.pvalue, abs=1e-12)


def test_chi_square_puts_bins_of_few_expected_rows_together() -> None:
    r, w = np.array([40, 30, 3, 4, 0]), np.array([20, 40, 5, 2, 0])
    wanted = chi2_contingency([[40, 30, 7], [20, 40, 7]], correction=False)
    assert float(chi_square(r, w)["value"]) == pytest.approx(wanted.statistic, abs=1e-12)


@pytest.mark.parametrize(("r", "w"), [([50, 1], [60, 2]), ([9, 0], [7, 0]), ([3, 3], [900, 900])])
def test_chi_square_is_undefined_where_rows_are_few(r: list[int], w: list[int]) -> None:
    assert chi_square(np.array(r), np.array(w)) == {
        "undefined": "fewer than two bins are expected to have 5 rows",
        "n": sum(r) + sum(w),
    }


def test_merged_bins_hold_a_tenth_of_the_reference_each_and_every_row() -> None:
    like, counts = np.full(100, 7), np.arange(100)
    assert merged(like, like).tolist() == [70] * 10
    assert merged(counts, like).tolist() == [sum(range(start, start + 10)) for start in range(0, 100, 10)]
    assert merged(counts[:10], like[:10]).tolist() == list(range(10))
    odd = np.array([1000, *[1] * 11])
    assert merged(odd, odd).sum() == odd.sum()

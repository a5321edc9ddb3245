"""measure/fairness: how a model treats groups, as one document made from counts.

Owns: the fairness document (kind ``fairness``, version 2) and the tables in the shape that rules ask for. Never: reads a row,
imports fairlearn, scikit-learn or pandas, judges whether a rule is kept.

Files in reading order:

measured.py     one metric of every group and of all rows
distances.py    aggregates and named disparities, with intervals
pooling.py      small groups put together, for what leaves a registry
resampled.py    the same in every draw of the bootstrap, of all sets of features at once
scored.py       area, Brier's score and calibration by group; what another threshold would do
four_fifths.py  the table of 29 CFR 1607.4(D)
bias_audit.py   the tables of New York City's Local Law 144
agreement.py    where the tables disagree, in words
document.py     all of it, from a table and its mapping
"""

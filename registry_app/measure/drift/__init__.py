"""measure/drift: how far a window of data has moved from its reference, and how performance went over time.

Owns: histograms of two tables over the same bins, distances and tests between them, performance by time window. Never: fetches rows; compares
columns of different kinds.

Files in reading order:

histogram.py  counts of one column over bins that the reference draws; mergeable
distance.py   population stability index, Jensen-Shannon, Kolmogorov-Smirnov, chi-square
windows.py    performance by day, month or year
document.py   both, put together, with the outcome in words
"""

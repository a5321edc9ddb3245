"""measure/cells: counts of a table, and all that can be computed from counts alone.

Owns: the shapes of counts. Never: sees a row, opens a file, imports fairlearn, scikit-learn or pandas.

Files in reading order:

cells.py   counts by group, label and prediction; sums for regression; scores by group
"""

"""measure/cells: counts of a table, and all that can be computed from counts alone.

Owns: the shapes of counts. Never: sees a row, opens a file, imports fairlearn, scikit-learn or pandas.

Files in reading order:

cells.py         counts by group, label and prediction; sums for regression; scores by group
total.py         sums that are the same in every order of the rows
count.py         the queries that fill them, in one reading of the table, by the engine that keeps it
metrics.py       fairlearn's metrics of each group, by their names there
aggregate.py     difference, ratio, lowest and highest over groups; fairlearn's named disparities
interval.py      Wilson, Wald and the bootstrap over cells
significance.py  tests, Holm's correction, rows that would be needed, the outcome in words
"""

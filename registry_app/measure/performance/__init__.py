"""measure/performance: how well a model predicts, and whether it predicts better than the champion, as one document made from counts.

Owns: the performance document (kind ``performance``, version 2). Never: holds a row, imports scikit-learn or pandas, says which model is to
be used.

Files in reading order:

number.py      a number with its interval as the document holds it, or why there is none
classes.py     confusion and what follows from it, for two classes and for many
ranking.py     the distinct scores in their order, summed by the engine that keeps the table
scored.py      areas, Brier's score, calibration and curves
regression.py  errors of a number, and the share of its variance that is explained
paired.py      tests of two models on the same rows
champion.py    the champion beside its challenger, and which is better
document.py    all of it, from a table and its mapping
"""

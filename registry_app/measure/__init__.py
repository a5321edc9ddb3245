"""measure: numbers from data. Knows no registry, signs and stores nothing; prints nothing.

Owns: reading and checking a table of predictions, performance, fairness, explanations, the form of a result (with a JSON
Schema per kind in ``schemas/``), and how results are drawn on a page or a terminal.
Never: loads a model file outside the sandbox, opens a registry, draws from an unseeded source, prints NaN.

Rooms inside, in the order in which they build on each other:

table/     the table that is measured, wherever it lies, and what its columns mean
cells/     counts of a table, and all that can be computed from counts alone
fairness/  how a model treats groups, as one document made from counts
performance/  how well a model predicts, alone and beside a champion
explain/   which features move a model's output; one way in, ``explain``
quality/  what is odd about a table of data before anything is learned from it
drift/    how far a window has moved from its reference, and performance over time
load/     how a served model bears its load, read from what a load tool wrote
sandbox/   model code in a child process that can do nothing else
figure/    what a result says, as passages of words, tables and plots
charts/    plots as SVG for pages
requests/  one measurement as a command, a screen or older evidence asks for it

Files in reading order:

result.py       one measurement as bytes: numbers as decimal text, what is needed to make them again, ``Undefined``
progress.py     how a long measurement says how far it is, and hears that it is to stop
sameness.py     whether a measurement that was made again is the same, place by place
alone.py        groups of few people that a document tells of by themselves
beside.py       two results of one kind side by side: which numbers moved beyond their intervals
bars.py         bars as Rich text for the terminal
curves.py       curves as Rich text for the terminal
lines.py        any plot, table or passage of a figure as Rich text
"""

"""measure/figure: what a result says, read for people: passages of words, tables and plots, as plain text and numbers.

Owns: which numbers of a result are shown, in which order and in which words. A page (``charts``) and a terminal (``lines``) draw the same
passages. Never: draws, measures, judges anew, or needs a part of a result that may be absent.

One way in: :func:`parts`, and beside it what changed (:func:`part_of_changes`) and what is :func:`needed` to make it again.

Files in reading order:

number.py       how a number reads
plot.py         what can be drawn
part.py         a passage: outcome in words, sentences, tables, plots
groups.py       how the groups of one set of features fare
sweep.py        their scores, and what other thresholds would do
rules.py        four fifths, Local Law 144, and where tables disagree
fairness.py     a fairness result
performance.py  a performance
attribution.py  which features move a model, as bars
cases.py        single decisions and their reasons
explanation.py  an explanation
changes.py      what changed between two explanations
drift.py        a drift
load.py         a load test
quality.py      the quality of a table
again.py        what is needed to make it again, and how a model was run
parts.py        any of them
"""

from registry_app.measure.figure.again import needed, waiver_of
from registry_app.measure.figure.changes import part_of_changes
from registry_app.measure.figure.part import Part
from registry_app.measure.figure.parts import parts

__all__ = ["Part", "needed", "part_of_changes", "parts", "waiver_of"]

"""What the speed claims in the README are measured with. Every figure is a ratio taken in one run on one machine.

``python -m benchmarks`` runs the suites (or those it names), writes ``benchmarks/results.json`` and puts the table into the
README. Needs the extra ``bench`` (MLflow). Compile bytecode first: imports without it cost 2.5 times as much.

In reading order:

clock.py       how things are timed: minima and medians over repeats
peer.py        MLflow's ``SqlAlchemyStore`` on SQLite, filled to a size
ours.py        a registry of ours, filled to a size
start.py       process start, to help and to the first paint
reads.py       reads by key, pages, searches, against MLflow's
writes.py      registering, importing, appending the n-th leaf
audit.py       verification against the bare signature rate
fairness.py    group metrics from Parquet, against reading it and against fairlearn
explain.py     global SHAP importance, stopped early against the full pass
table.py       the table in the README
"""

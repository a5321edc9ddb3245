"""measure/explain: which features move a model's output, and how sure that is.

Owns: SHAP values, how many rows are enough, the checks stored with them, the gap between groups feature by feature, reasons for single
decisions, and what changed between two explanations. One way in: :func:`explain`. Never: loads a model file, opens a registry,
draws from an unseeded source.

A scikit-learn pipeline is explained behind its preprocessing; the values of columns that one feature was turned into
(one-hot) are summed back to that feature, which is exact because SHAP values add up.

Files in reading order:

pipeline.py      a pipeline taken apart, and the way back from its columns to the source features
subject.py       what of a model is explained: one class, or the prediction of a regressor
explainer.py     the shap explainer that fits
batches.py       rows explained batch by batch: here, in processes, or on a Dask cluster
sampling.py      when enough rows are taken
ranking.py       features in order, with the ranks that their intervals allow
stability.py     two rankings compared
groups.py        through which features the gap between groups comes
associations.py  features that stand in for a sensitive one
texts.py         the table of reason texts
reasons.py       at most four reasons for one decision
asked.py         what is asked for, checked
run.py           one explanation while it is made
cases.py         single rows, with their reasons
document.py      ``explain``: all of it put together
comparison.py    what changed between two explanations
"""

from registry_app.measure.explain.document import explain

__all__ = ["explain"]

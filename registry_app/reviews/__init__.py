"""Decided: routes, quorum, separation of duties, signatures.

Owns the passage of a version along its route, and what each decision was signed over. Never decides by itself: every
step is a person's signed statement.

In reading order:

facts.py       what can be said about reviews
routes.py      stages, roles, quorum, independence; the routes a new registry begins with
subject.py     everything that is on the screen when somebody signs, and its digest
standing.py    separation of duties, the gate, and how far a review has come
actions.py     what people do
rules.py       who may say it
tables.py      what is remembered
notices.py     what is told to whoever puts a version to use without an approval
views.py       what can be asked: the inbox, a review, what has lapsed
"""

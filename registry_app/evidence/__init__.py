"""Measured: which result, of what, by whom, possible to do again.

Owns the immutable, content-addressed record of a measurement, sealed; what came of measuring it again; the decisions by which a
model's code may run at all. Never measures: that is the room ``measure``.

In reading order:

facts.py    what can be said about evidence
actions.py  what can be done
rules.py    who may say it
tables.py   what is remembered
views.py    what can be asked
"""

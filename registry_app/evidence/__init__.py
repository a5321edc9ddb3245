"""Measured: which result, of what, by whom, possible to do again.

Owns the immutable, content-addressed record of a measurement, sealed. Never measures: that is the room ``measure``.

In reading order:

facts.py    what can be said about evidence
actions.py  who may say it
tables.py   what is remembered
views.py    what can be asked
"""

"""Who: people, their public keys, teams and roles.

Owns enrolment, teams with a named lead, grants of roles, and the two questions every other room asks: may this person
speak here, and does this person hold that role. Never holds a private key or a passphrase: those are the vault's.

In reading order:

facts.py     what can be said about people
actions.py   what people do
rules.py     who may say what
tables.py    what is remembered
keys.py      which key could speak where, for audits
standing.py  the questions rules ask: roles, transitive teams, active administrators
views.py     what can be asked
"""

"""The command line: one face of the house.

Owns: verbs, their options, and how answers and errors look in a terminal. Each verb is a twin of an action or a view.
Never: decides anything, opens the database itself, prints text as it came (all of it passes ``text.harmless``), or
loads a room before a verb needs it (``--help`` loads nothing but typer).

main.py       the front door: ``run()``, the table of nouns, each loaded when it is named
options.py    the options every verb takes, and the forms of values: dates, pairs
outcome.py    the one place that turns errors into words and exit codes
screen.py     the way to the screen, handed in by the front door
desk.py       an open registry at a terminal: passphrases, answers, receipts, progress
table.py      aligned columns and JSON, harmless on a terminal
start.py      init, demo, whoami, passphrase
doctor.py     doctor: what this machine has
people.py     people, team, role
versions.py   version, alias
models.py     model
lineage.py    lineage
data.py       dataset, run, deployment, impact
grouped.py    options in groups, which several verbs share
measure_options.py  the options that say what is measured, in such groups
kinds.py      what each kind of measurement is asked with
measure.py    measure: without a registry
evaluate.py   evaluate: the same, signed and recorded
measured.py   a measurement as other programs read it, and as people do
evidence.py   evidence
trust.py      trust
policy.py     policy
reviews.py    review, route
history.py    what can be asked about the ledger itself
ledger.py     ledger, verify
vault.py      vault
report.py     report
reference.py  docs/commands.md, made from the same help texts
"""

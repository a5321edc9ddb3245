"""Policy: what is demanded of a model version, and what the evidence says to it.

Owns packs (rules with their sources, as YAML with conditions in a small part of CEL) and verdicts. Never measures,
never decides for a person, and never says that a law is complied with: it says which rule, which evidence, which
outcome. A condition cannot loop, grow, read a file or tell the time.

In reading order:

yaml_lines.py   strangers' YAML, safely, with every line number
grammar.py      the part of CEL that may stand in a pack, and what each token costs
expression.py   a condition compiled, its steps bounded, its answer
pack.py         a pack and its controls, checked while read; the shipped ones
subject.py      a version, its datasets and its newest evidence as a condition sees them
judge.py        pack and subject in, verdicts out
cases.py        a pack's own examples: facts in, outcomes out
facts.py        what can be said
tables.py       what is remembered
actions.py      who may say it, under which rule
views.py        what can be asked
"""

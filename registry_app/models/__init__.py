"""What: models, their versions, datasets, runs, deployments, and how they come from one another.

Owns the inventory, the immutable versions with the digest of their artifact, and lineage. Never loads an artifact: it is
hashed and scanned, nothing more.

In reading order:

facts.py      what can be said about models
artifact.py   the digest of a file or a folder
opcodes.py    what a pickle names, read opcode by opcode
scan.py       what a scanner says of it; advice, never a gate
finding.py    what a person named: a model, a version, a dataset
actions.py    what people do
rules.py      who may say it
tables.py     what is remembered
lineage.py    the graph: upstream, downstream, impact
provenance.py the graph as W3C PROV-JSON and Mermaid
shapes.py     the frozen rows that views give
lists.py      models and versions, page by page
views.py      what else can be asked
"""

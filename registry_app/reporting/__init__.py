"""Handed out: dossiers about a version, and their verification by a stranger.

Owns the one sealed PDF that leaves the registry: what it says, how it looks, what it carries, who sealed it, and whether
it is what the ledger says. Never changes anything but the record that it was issued, never fetches anything, and never
says that a law is complied with.

In reading order:

content.py      what a dossier says, as frozen rows, and the files it carries
standing.py     where a version stands, in words, and what is missing
relevance.py    which leaves are about a version
earlier.py      the explanation of the version that this one was made from
dossier.py      one view that gathers all of it from one snapshot
bundle.py       the leaves, proofs and disclosed contents that a stranger needs
letters.py      how any text stands on a page: harmless, and only in letters the fonts have
figures.py      the evidence as passages of words, tables and drawn plots
cards.py        the four key figures
drawing.py      the lineage as a drawing
html.py         the page, from ``reports/dossier``
pdf.py          PDF/A-3a, always the same bytes, checked
certificate.py  the issuer's ledger key as a root, a key for one file below it
seal.py         the signature that certifies the file
issue.py        all of it in order, whole or not at all
facts.py        what can be said
actions.py      who may issue
tables.py       what is remembered
views.py        what can be asked
history.py      who said what about a version, leaf by leaf
sealcheck.py    whether the file is, byte for byte, what was sealed
leaves.py       integrity and authenticity of a bundle's leaves
bundled.py      a registry in memory, replayed from a bundle
pagetext.py     the letters on the pages
printed.py      what must stand on the pages
comparison.py   pages and attachments against the replayed ledger
verify.py       eight separate answers
"""

"""The ledger: the signed, append-only history of everything the registry holds.

Owns what a leaf is (a DSSE envelope around an in-toto statement), its order, its Merkle tree, its checkpoints and its
proofs. Never knows what a fact means: the workspace hands it the rooms' folds and rules. Never re-serialises a signed
byte to verify it.

In reading order:

fact.py         what a fact is, and which of its fields are sealed
canonical.py    RFC 8785 bytes, strictly written and strictly read
statement.py    the in-toto statement: facts, author, time, the head that was seen
envelope.py     DSSE: the signature over the statement's bytes
entry.py        where in the ledger something stands, and who said it
merkle.py       RFC 6962 hashes, the frontier that appends in O(log n)
proof.py        inclusion and consistency
checkpoint.py   C2SP signed notes of the head
tables.py       leaves, nodes, the head, sealed payloads
payload.py      salted digests and the store of sealed payloads
log.py          append, read with every hash checked, nodes
meaning.py      folds, rules, actions and views: what the rooms hand in
saying.py       checked, folded, signed, appended: one transaction
replay.py       the tables once more from the ledger alone, with every rule asked again
trail.py        the stored tree, node by node
anchor.py       the heads kept outside, and what they refuse
finding.py      something that verification found
key_history.py  which key each person could sign with, and where
audit.py        integrity and authenticity of a whole ledger, streamed and in parallel
"""

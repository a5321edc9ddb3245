"""Keys and the encrypted store: who can open a registry, and how its bytes are kept.

Owns passphrases, identities, the keyring, sealed values, the encrypted database and the files around it, and the one door
each for time, chance and hashing. Never knows what a row means, and never says anything in the ledger.

In reading order:

clock.py       the one door for time
chance.py      the one door for randomness and new ids
digest.py      the one door for hashing
kdf.py         Argon2id, its dated parameters and their bounds
passphrase.py  what a passphrase must be
identity.py    a person's signing key and receiving key
recovery.py    the recovery key, shown once
slot.py        one person's place in the keyring
keyring.py     all of them, authenticated as one
keyfile.py     the keyring on disk, written so that there always is one
folder.py      a registry's files
lock.py        who else has it open
attempts.py    failed attempts to sign in
engine.py      transactions over SQLCipher or PostgreSQL, and their errors in our words
postgres.py    the engine over PostgreSQL, and what its errors mean
rows.py        rows with the ledger positions between which they held
sealed.py      values bound to table, column and row
schema.py      the shape of the database and its migrations
check.py       whether the file is what SQLCipher wrote
pages.py       the rows of a damaged database, page by page
head.py        the head outside the database
place.py       where a registry is: what every place does, and which one an address names
folder_place.py  a folder with a SQLCipher file
database_place.py  a database on a PostgreSQL server
"""

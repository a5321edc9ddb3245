"""Who holds keys: what changes the keyring and the ledger together.

Owns every operation that makes, replaces or removes keys. Never decides who may: that is asked of the rooms' rules first.

The keyring is a file and the ledger a database, so neither can wait for the other. Each operation is ordered so that a
crash between the two leaves a state the next try repairs: keys are in the keyring before the ledger knows them (and are
of no use until it does), and the ledger forgets somebody before the keyring does (and the ledger decides).

In reading order:

founding.py   a new registry: its first keys, administrator, routes and pack
enrolment.py  enrol, re-enrol, disable, change the passphrase, recover
rotation.py   a new data key for everything, resumable after a crash at any point
salvage.py    what is intact of a damaged registry, as files
"""

from __future__ import annotations

from registry_app.custody.enrolment import (
    change_passphrase,
    disable,
    enrol,
    re_enrol,
    recover,
    require_enrollable,
    require_re_enrollable,
    require_recoverable,
)
from registry_app.custody.founding import Founding, found, require_foundable
from registry_app.custody.rotation import rotate
from registry_app.custody.salvage import Salvaged, salvage

__all__ = [
    "Founding",
    "Salvaged",
    "change_passphrase",
    "disable",
    "enrol",
    "found",
    "re_enrol",
    "recover",
    "require_enrollable",
    "require_foundable",
    "require_re_enrollable",
    "require_recoverable",
    "rotate",
    "salvage",
]

"""What can be said about people. Names, handles and addresses are sealed: they can be shredded."""

from __future__ import annotations

from registry_app.ledger.fact import Fact, fact, sealed

ROLES = ("admin", "developer", "validator", "risk_officer", "auditor", "service")
"""What a grant can give, from DESIGN's cast: people who act, who judge, who read, and programs."""

SCOPES = ("global", "team", "model")
"""How far a grant reaches."""


@fact("registry-founded")
class RegistryFounded(Fact):
    """The genesis: this registry exists, and its recovery key may re-enrol people."""

    recovery_key: str
    """The Ed25519 public key of the recovery, hexadecimal."""
    recovery_box: str = ""
    """SHA-256 of the recovery's HPKE public key, hexadecimal: what a rotation wraps the next data key to."""
    name: str = sealed()
    """What the registry is called."""


@fact("person-enrolled")
class PersonEnrolled(Fact):
    """A person may sign with this key from here on."""

    person: str
    """The person's id, never reassigned (21 CFR 11.100(a))."""
    sign_key: str
    """The Ed25519 public key, hexadecimal."""
    box_digest: str
    """SHA-256 of the HPKE public key the data key is wrapped to, hexadecimal."""
    handle: str = sealed()
    """What the person types to sign in."""
    name: str = sealed()
    """The person's name, as printed beside a signature (21 CFR 11.50)."""
    email: str = sealed()
    """The person's address, or empty."""


@fact("person-re-enrolled")
class PersonReEnrolled(Fact):
    """A person got new keys; what the old one signed stays valid, what it signs from here on is not."""

    person: str
    """The person's id."""
    sign_key: str
    """The new Ed25519 public key, hexadecimal."""
    box_digest: str
    """SHA-256 of the new HPKE public key, hexadecimal."""
    reason: str = sealed()
    """Why."""


@fact("person-disabled")
class PersonDisabled(Fact):
    """A person may no longer sign or open the registry."""

    person: str
    """The person's id."""
    reason: str = sealed()
    """Why."""


@fact("team-formed")
class TeamFormed(Fact):
    """A team exists, with a lead."""

    team: str
    """The team's id."""
    lead: str
    """The lead's id; the lead is a member."""
    name: str = sealed()
    """What the team is called."""


@fact("team-lead-named")
class TeamLeadNamed(Fact):
    """A team has another lead."""

    team: str
    """The team's id."""
    lead: str
    """The new lead's id."""


@fact("team-member-added")
class TeamMemberAdded(Fact):
    """A person, or a whole team, belongs to a team."""

    team: str
    """The team's id."""
    kind: str
    """``person`` or ``team``."""
    member: str
    """The id of the person or team."""


@fact("team-member-removed")
class TeamMemberRemoved(Fact):
    """A person, or a team, no longer belongs to a team."""

    team: str
    """The team's id."""
    kind: str
    """``person`` or ``team``."""
    member: str
    """The id of the person or team."""


@fact("role-granted")
class RoleGranted(Fact):
    """A person holds a role, as far as the scope reaches and until it ends."""

    grant: str
    """The grant's id."""
    person: str
    """Who holds it."""
    role: str
    """One of :data:`ROLES`."""
    scope: str
    """One of :data:`SCOPES`."""
    scope_id: str
    """The team's or the model's id; empty when global."""
    ends: str
    """The time from which it holds no longer; empty: open-ended."""


@fact("role-revoked")
class RoleRevoked(Fact):
    """A grant holds no longer."""

    grant: str
    """The grant's id."""
    reason: str = sealed()
    """Why."""


@fact("unlock-failures-reported")
class UnlockFailuresReported(Fact):
    """Attempts to sign in failed since the last time somebody signed in."""

    count: int
    """How many."""
    first: str
    """When the first one was made, by the clock of the machine it was made on."""
    last: str
    """When the last one was made."""
    handles: tuple[str, ...] = sealed()
    """The handles that were tried, at most twenty."""


@fact("data-key-rotated")
class DataKeyRotated(Fact):
    """The registry is encrypted under a new data key."""

    epoch: int
    """The number of the new key."""


@fact("payload-shredded")
class PayloadShredded(Fact):
    """The content behind a salted digest was destroyed; the digest and every signature stay."""

    payload: str
    """The digest."""
    reason: str = sealed()
    """Why, and under which duty."""


@fact("unanchored-opened")
class UnanchoredOpened(Fact):
    """The registry was opened where no earlier head was kept, on the author's word that it is the newest."""

    size: int
    """How many leaves it had."""
    root: str
    """Their root, hexadecimal."""

"""The first shape of the database.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
"""Compared as bytes on both engines: a replay in one is merged with the tables of the other."""
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
"""64 bits on both engines."""
NOW = {"sqlite_where": sa.text("until IS NULL"), "postgresql_where": sa.text("until IS NULL")}
"""Rows that hold now."""

_SQLITE_ONLY = (
    "CREATE TRIGGER leaf_kept BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER leaf_stays BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER node_kept BEFORE UPDATE ON node BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER node_stays BEFORE DELETE ON node BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE VIRTUAL TABLE model_search USING fts5(name, content='model', content_rowid='rowid', tokenize='trigram')",
    """CREATE TRIGGER model_search_added AFTER INSERT ON model
    BEGIN INSERT INTO model_search(rowid, name) VALUES (new.rowid, new.name); END""",
)

_POSTGRES_ONLY = (
    """CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
    "CREATE TRIGGER leaf_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON leaf EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER node_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON node EXECUTE FUNCTION append_only()",
    "CREATE TABLE keyring (generation BIGINT PRIMARY KEY, encoded BYTEA NOT NULL)",
)


def upgrade() -> None:
    """Bring the database here."""
    op.create_table(
        "alias",
        sa.Column("model", TEXT, nullable=False),
        sa.Column("alias", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("version", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("model", "alias", "since"),
    )
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.create_index("alias_now", ["model", "alias", "since"], unique=False, **NOW)

    op.create_table(
        "comment",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("review", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("comment_review", ["review", "since"], unique=False)

    op.create_table(
        "dataset",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("rows", WHOLE, nullable=False),
        sa.Column("licence", TEXT, nullable=False),
        sa.Column("sensitive", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("details", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("dataset", schema=None) as batch_op:
        batch_op.create_index("dataset_digest", ["digest"], unique=False)
        batch_op.create_index("dataset_name", ["name"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("review", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("meaning", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("parts", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("decision_person", ["person", "since"], unique=False)
        batch_op.create_index("decision_review", ["review", "since"], unique=False)

    op.create_table(
        "deployment",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.create_index("deployment_environment", ["environment", "until"], unique=False)
        batch_op.create_index("deployment_version", ["version", "until"], unique=False)

    op.create_table(
        "dossier",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("review", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("certificate", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.create_index("dossier_digest", ["digest"], unique=False)
        batch_op.create_index("dossier_version", ["version", "since"], unique=False)

    op.create_table(
        "edge",
        sa.Column("target", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("relation", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("target_kind", TEXT, nullable=False),
        sa.Column("source_kind", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("target", "source", "relation"),
    )
    with op.batch_alter_table("edge", schema=None) as batch_op:
        batch_op.create_index("edge_source", ["source"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("form", WHOLE, nullable=False),
        sa.Column("dataset", TEXT, nullable=False),
        sa.Column("data", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("evidence_version", ["version", "kind", "since"], unique=False)

    op.create_table(
        "head",
        sa.Column("one", WHOLE, autoincrement=False, nullable=False),
        sa.Column("genesis", TEXT, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("reckoned", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "leaf",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("time", TEXT, nullable=False),
        sa.Column("reckoned", TEXT, nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    with op.batch_alter_table("leaf", schema=None) as batch_op:
        batch_op.create_index("leaf_id", ["id"], unique=True)
        batch_op.create_index("leaf_reckoned", ["reckoned"], unique=False)

    op.create_table(
        "member",
        sa.Column("team", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("team", "member", "since"),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index("member_now", ["team", "member", "since"], unique=False, **NOW)
        batch_op.create_index("member_of", ["member", "until"], unique=False)

    op.create_table(
        "model",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("owner_team", TEXT, nullable=False),
        sa.Column("risk_tier", TEXT, nullable=False),
        sa.Column("domain", TEXT, nullable=False),
        sa.Column("jurisdictions", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("card", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", "since"),
    )
    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.create_index("model_name", ["name", "until"], unique=False)
        batch_op.create_index("model_now", ["id", "since"], unique=False, **NOW)
        batch_op.create_index("model_owner", ["owner_team", "until"], unique=False)
        batch_op.create_index("model_page", ["name", "id"], unique=False, **NOW)

    op.create_table(
        "node",
        sa.Column("level", WHOLE, nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pack",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", "since"),
    )
    with op.batch_alter_table("pack", schema=None) as batch_op:
        batch_op.create_index("pack_now", ["id", "since"], unique=False, **NOW)

    op.create_table(
        "payload",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("handle", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("profile", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", "since"),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("person_handle", ["handle", "until"], unique=False)
        batch_op.create_index("person_now", ["id", "since"], unique=False, **NOW)

    op.create_table(
        "registry",
        sa.Column("one", WHOLE, autoincrement=False, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("recovery_key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "review",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("tier", TEXT, nullable=False),
        sa.Column("stages", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("submitter", TEXT, nullable=False),
        sa.Column("submitted", WHOLE, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", "since"),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index("review_now", ["id", "since"], unique=False, **NOW)
        batch_op.create_index("review_state", ["state", "until", "since"], unique=False)
        batch_op.create_index("review_version", ["version", "until"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("scope_id", TEXT, nullable=False),
        sa.Column("ends", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index("grant_person", ["person", "until"], unique=False)
        batch_op.create_index("grant_role", ["role", "until"], unique=False)

    op.create_table(
        "rotation",
        sa.Column("epoch", WHOLE, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("epoch"),
    )
    op.create_table(
        "route",
        sa.Column("tier", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("stages", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tier", "since"),
    )
    with op.batch_alter_table("route", schema=None) as batch_op:
        batch_op.create_index("route_now", ["tier", "since"], unique=False, **NOW)

    op.create_table(
        "route_proposal",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("tier", TEXT, nullable=False),
        sa.Column("stages", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "run",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("code_commit", TEXT, nullable=False),
        sa.Column("started", TEXT, nullable=False),
        sa.Column("ended", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("details", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("public", TEXT, nullable=False),
        sa.Column("box_digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.create_index("signing_key_person", ["person", "until"], unique=False)

    op.create_table(
        "tag",
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("subject", "key", "since"),
    )
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.create_index("tag_now", ["subject", "key", "since"], unique=False, **NOW)
        batch_op.create_index("tag_value", ["kind", "key", "value", "until", "subject"], unique=False)

    op.create_table(
        "team",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("lead", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", "since"),
    )
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.create_index("team_name", ["name", "until"], unique=False)
        batch_op.create_index("team_now", ["id", "since"], unique=False, **NOW)

    op.create_table(
        "unlock_failure",
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("count", WHOLE, nullable=False),
        sa.Column("first", TEXT, nullable=False),
        sa.Column("last", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("since"),
    )
    op.create_table(
        "verdict",
        sa.Column("version", TEXT, nullable=False),
        sa.Column("pack", TEXT, nullable=False),
        sa.Column("control", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("pack_version", TEXT, nullable=False),
        sa.Column("pack_digest", TEXT, nullable=False),
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("details", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("version", "pack", "control", "since"),
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index("verdict_now", ["version", "pack", "control", "since"], unique=False, **NOW)

    op.create_table(
        "version",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("artifact", TEXT, nullable=False),
        sa.Column("artifact_kind", TEXT, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("scan", TEXT, nullable=False),
        sa.Column("code_commit", TEXT, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("registered", TEXT, nullable=False),
        sa.Column("details", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.create_index("version_artifact", ["artifact"], unique=False)
        batch_op.create_index("version_number", ["model", "number"], unique=True)
        batch_op.create_index("version_page", ["since", "id"], unique=False)

    op.create_table(
        "waiver",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("pack", TEXT, nullable=False),
        sa.Column("control", TEXT, nullable=False),
        sa.Column("ends", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.create_index("waiver_version", ["version", "until"], unique=False)

    op.create_table(
        "small_groups",
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("below", WHOLE, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("evidence"),
    )
    op.create_index("small_groups_version", "small_groups", ["version"])
    op.create_table(
        "redo",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("differences", WHOLE, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("redo_version", "redo", ["version"])
    op.create_index("redo_evidence", "redo", ["evidence", "since"])
    op.create_table(
        "kept_case",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("pseudonym", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("kept_case_version", "kept_case", ["version"])
    op.create_index("kept_case_evidence", "kept_case", ["evidence", "pseudonym"])
    op.create_table(
        "trust",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("artifact", TEXT, nullable=False),
        sa.Column("scan", TEXT, nullable=False),
        sa.Column("scanner", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trust_version", "trust", ["version", "until"])
    op.create_table(
        "sandbox_waiver",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("ends", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sandbox_waiver_version", "sandbox_waiver", ["version", "until"])

    for statement in _SQLITE_ONLY if op.get_bind().dialect.name == "sqlite" else _POSTGRES_ONLY:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: facts written in the new shape would be lost."""
    raise RuntimeError("restore a backup instead")

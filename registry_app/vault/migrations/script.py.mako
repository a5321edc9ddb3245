"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database here."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """There is no way back: facts written in the new shape would be lost."""
    raise RuntimeError("restore a backup instead")

"""All rooms of the house, as the ledger needs them: their tables, their folds and their rules."""

from __future__ import annotations

from registry_app.evidence import rules as evidence_rules
from registry_app.evidence import tables as evidence_tables
from registry_app.ledger.meaning import Meaning
from registry_app.models import rules as models_rules
from registry_app.models import tables as models_tables
from registry_app.people import rules as people_rules
from registry_app.people import tables as people_tables
from registry_app.people.standing import may_speak
from registry_app.policy import actions as policy_actions
from registry_app.policy import tables as policy_tables
from registry_app.reporting import actions as reporting_actions
from registry_app.reporting import tables as reporting_tables
from registry_app.reviews import rules as reviews_rules
from registry_app.reviews import tables as reviews_tables

MEANING = Meaning(
    folds={
        **people_tables.FOLDS,
        **models_tables.FOLDS,
        **evidence_tables.FOLDS,
        **policy_tables.FOLDS,
        **reviews_tables.FOLDS,
        **reporting_tables.FOLDS,
    },
    rules={
        **people_rules.RULES,
        **models_rules.RULES,
        **evidence_rules.RULES,
        **policy_actions.RULES,
        **reviews_rules.RULES,
        **reporting_actions.RULES,
    },
    speaker=may_speak,
)
"""What every fact means, and who may say it."""

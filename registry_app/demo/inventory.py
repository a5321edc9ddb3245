"""What the models and data sets are called and described as, with the traps of the data said plainly."""

from __future__ import annotations

from registry_app import __version__
from registry_app.demo.people import CREDIT_TEAM, INCOME_TEAM
from registry_app.demo.train import CREDIT, HELD_OUT, ROW, SCORE, SEED, TASKS, Task, Trained
from registry_app.models.actions import RecordRun, RegisterDataset, RegisterModel
from registry_app.models.artifact import measure_artifact
from registry_app.models.facts import Column, Named

LICENCE = "CC-BY-4.0"

_GERMAN = (
    "Statlog (German Credit Data), Hofmann 1994, doi 10.24432/C5NC77, 1,000 loans of a bank in southern Germany, 1973 to "
    "1975. Its published code table is known to be partly wrong (Groemping 2019, South German Credit): foreign_worker reads "
    "yes for 963 of 1,000 people, and sex cannot be recovered in full from status_sex. A fairness figure by sex from it is "
    "an example, not a finding."
)
_ADULT = (
    "Adult, Becker and Kohavi 1996, doi 10.24432/C5XW20, from the United States census of 1994; '?' is a missing value. "
    "Incomes, occupations and who is counted have changed since: figures from it are examples, not findings."
)

_ONLY = {
    "credit-risk": "Age stands in it as age_group; age itself and foreign_worker are no features and left out.",
    "income": "Declared and measured as sensitive are sex and race alone; age, and in the first version marital status and "
    "native country, are features besides.",
}

_SENSITIVE = {
    "credit-risk": ("sex", "status_sex", "age", "age_group", "foreign_worker"),
    "income": ("sex", "race", "age", "marital_status", "native_country"),
}
"""Of the training parts, which hold every column."""

MODELS = (
    RegisterModel(
        name="credit-risk",
        team=CREDIT_TEAM,
        tier="high",
        tier_rationale="It decides on access to credit for natural persons (EU AI Act Annex III 5(b)), and applicants rarely "
        "have another way.",
        purpose="Rank applications for consumer credit by the probability that they are repaid.",
        intended_use="Support for a credit officer, who sees score and reasons and decides.",
        out_of_scope="Decisions without a person; limits and prices of existing customers; companies. Conclusions about real "
        "lending: the published code table of the data is known to be partly wrong, and sex cannot be recovered in full from it.",
        domain="credit",
        jurisdictions=("EU",),
        tags=(("data", "german-credit"), ("standing", "demonstration")),
    ),
    RegisterModel(
        name="income",
        team=INCOME_TEAM,
        tier="medium",
        tier_rationale="It picks whom to ask for proof of income; a wrong pick costs people time and trust, not money.",
        purpose="Estimate whether a stated income above 50,000 dollars is plausible.",
        intended_use="Choose, among applications with a stated income, those that need no further proof.",
        out_of_scope="Refusing anybody; setting prices or limits; judging people who stated no income. Conclusions about incomes "
        "today: the data is from 1994.",
        domain="income verification",
        jurisdictions=("US",),
        tags=(("data", "adult"), ("standing", "demonstration")),
    ),
)
"""In the order of the teams."""


def training_name(model: str) -> str:
    """What the training part of a model's data set is called."""
    return "german-credit training" if model == CREDIT.model else "adult training"


def held_out_name(trained: Trained) -> str:
    """What a version's table of predictions is called."""
    return f"{trained.recipe.stem} held out"


def training_data(trained: Trained) -> RegisterDataset:
    """The training part, by the digest of the CSV file in the folder."""
    task = TASKS[trained.recipe.model]
    table, file = trained.tables.training, trained.tables.file
    how = (
        f"{len(table)} of the 1,000 rows, drawn with the seed {SEED} ({HELD_OUT:.0%} are held out) in equal shares of outcome, "
        "sex and age group."
        if task is CREDIT
        else f"Its own training part, {len(table)} rows."
    )
    return RegisterDataset(
        name=training_name(task.model),
        digest=measure_artifact(file).digest,
        rows=len(table),
        licence=LICENCE,
        sensitive=_SENSITIVE[task.model],
        description=f"{_about(task)}\n\n{how} File: data/{file.name}.",
        columns=_columns(table),
    )


def held_out_data(trained: Trained) -> RegisterDataset:
    """A version's table of predictions, by the digest of the CSV file in the folder."""
    task = TASKS[trained.recipe.model]
    return RegisterDataset(
        name=held_out_name(trained),
        digest=measure_artifact(trained.predictions).digest,
        rows=trained.rows,
        licence=LICENCE,
        sensitive=task.sensitive,
        description=(
            f"{_about(task)}\n\nThe rows no version learned from, with the features {trained.recipe.label} reads, the sensitive "
            f"columns, the true outcome and the score it gave. '{ROW}' is the row of the original. {_ONLY[task.model]} "
            f"File: data/{trained.predictions.name}."
        ),
        columns=(
            *(Column(name, "number" if name in task.numbers else "word") for name in trained.recipe.features),
            *(Column(name, "word") for name in (*task.sensitive, task.label)),
            Column(SCORE, "probability"),
        ),
    )


def run_of(trained: Trained) -> RecordRun:
    """The training run."""
    return RecordRun(
        name=f"train {trained.recipe.label}",
        model=trained.recipe.model,
        started=trained.started,
        ended=trained.ended,
        data=((training_name(trained.recipe.model), "training"),),
        parameters=parameters(trained),
    )


def parameters(trained: Trained) -> tuple[Named, ...]:
    """Everything that was chosen."""
    recipe = trained.recipe
    chosen = recipe.threshold is None
    return (
        Named("algorithm", recipe.algorithm),
        *(Named(name, str(value)) for name, value in sorted(recipe.settings.items())),
        Named("seed", str(SEED)),
        Named("threshold", repr(trained.threshold)),
        Named("threshold chosen", "on the training data, by cross-validated selection rates" if chosen else "by hand"),
        Named("program", f"registry-app {__version__} demo"),
    )


def columns_of(trained: Trained) -> tuple[Column, ...]:
    """What the model reads."""
    numbers = TASKS[trained.recipe.model].numbers
    return tuple(Column(name, "number" if name in numbers else "word") for name in trained.recipe.features)


def _about(task: Task) -> str:
    return _GERMAN if task is CREDIT else _ADULT


def _columns(table: object) -> tuple[Column, ...]:
    dtypes = dict(table.dtypes)  # type: ignore[attr-defined]
    return tuple(Column(str(name), "number" if kind.kind in "iuf" else "word") for name, kind in dtypes.items())

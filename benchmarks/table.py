"""The table in the README, between two marks, from ``benchmarks/results.json``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MARKS = ("<!-- benchmarks -->", "<!-- /benchmarks -->")


def write(readme: Path, results: dict[str, Any]) -> None:
    """Put the table into the README."""
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(MARKS[0], 1)
    after = rest.split(MARKS[1], 1)[1]
    readme.write_text(f"{before}{MARKS[0]}\n{table(results)}\n{MARKS[1]}{after}", encoding="utf-8")


def table(results: dict[str, Any]) -> str:
    """The lines of the table: what, aim, reached."""
    rows = [*_starts(results.get("start", {})), *_reads(results.get("reads", {}))]
    rows += [
        *_writes(results.get("writes", {})),
        *_audits(results.get("audit", {})),
        *_fairness(results.get("fairness", {})),
        *_explain(results.get("explain", {})),
        *_sandbox(results.get("sandbox", {})),
    ]
    lines = ["| what | aim | reached |", "|---|---|---|"]
    lines += [f"| {what} | {aim} | {reached} |" for what, aim, reached in rows]
    machine = results.get("machine", {})
    lines += [
        "",
        f"Measured on {machine.get('date', '?')}: {machine.get('what', '?')}. Ratios of one run; `benchmarks/results.json` has the milliseconds.",
    ]
    return "\n".join(lines)


def _starts(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    if not found:
        return []
    rows = [
        ("`--help`, against `python -c pass`", "≤ 8 x", f"{found['help_over_bare']} x ({found['help_ms']} ms)"),
        ("`--version`, against `mlflow --version`", "≥ 25 x faster", f"{found['mlflow_over_ours']} x"),
    ]
    for key, value in found.items():
        count = key.rpartition("_")[2]
        if key.startswith("unlock_screen_over"):
            rows.append(
                (
                    f"start to unlock screen, {int(count):,} versions, against a minimal Textual app",
                    "≤ 1.6 x",
                    f"{value} x",
                )
            )
        if key.startswith("passphrase_to_inbox_over"):
            rows.append(
                (f"passphrase to inbox beyond the key derivation, {int(count):,} versions", "≤ 2 x", f"{value} x")
            )
    return rows


def _reads(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for size, lines in found.items():
        search = "≥ 8 x" if int(size) <= 10_000 else "≥ 100 x"
        for name, line in lines.items():
            aim = "≥ 5 x" if name.startswith("read") else "≥ 2 x" if name.startswith(("register", "set")) else search
            rows.append(
                (f"{name}, {int(size):,} models, against MLflow", aim, f"{line['ratio']} x ({line['ours_ms']} ms)")
            )
        first, deep = lines["first page of versions"]["ours_ms"], lines["page of versions at 80 % depth"]["ours_ms"]
        rows.append((f"deep page against the first, {int(size):,} versions", "≤ 1.5 x", f"{round(deep / first, 2)} x"))
    return rows


def _writes(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    if not found:
        return []
    leaves = f"{found['leaves_at_end']:,}"
    return [
        (
            f"append at {leaves} leaves, against at 1,000",
            "≤ 1.5 x",
            f"{found['ratio']} x ({found['append_ms_at_end']} ms)",
        ),
        (
            f"whole `verify` of {leaves} leaves (six answers, with replay), on one of two cores in use",
            "bounded memory",
            f"{found['verify_seconds']} s, {found['verify_memory_grown_mb']} MB grown",
        ),
        ("versions imported a second, one process", "20,000 (stretch)", f"{found['versions_imported_per_second']:,}"),
    ]


def _audits(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    if not found:
        return []
    return [
        ("audit of signatures, one thread, share of bare Ed25519", "≥ 70 %", f"{found['share_of_bare_1']:.0%}"),
        (
            "audit, two threads against one",
            "≥ 1.8 x",
            f"{found['two_threads_over_one']} x (bare: {found['bare_two_over_one']} x)",
        ),
        (
            f"whole `verify` of {found['leaves']:,} leaves (six answers, with replay)",
            "bounded memory",
            f"{found['whole_verify_leaves_per_second']:,} leaves/s, {found['whole_verify_memory_grown_mb']} MB grown",
        ),
    ]


def _fairness(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    if not found:
        return []
    rows = f"{found['rows']:,} rows of Parquet, three sensitive features"
    return [
        (
            f"group metrics, {rows}, against reading",
            "≤ 2.5 x",
            f"{found['figures_over_read']} x ({found['figures_ms']} ms)",
        ),
        (f"group metrics, {rows}, against fairlearn", "≥ 200 x", f"{found['fairlearn_over_figures']} x"),
        (
            f"all intervals from {found['draws']:,} bootstrap draws, against the group metrics",
            "≤ 2 x",
            f"{found.get('intervals_over_figures', '?')} x ({found.get('intervals_ms', '?')} ms)",
        ),
        ("peak memory of ten times the rows, against once", "≤ 1.2 x", f"{found['memory_of_ten_times']} x"),
    ]


def _explain(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    if not found:
        return []
    rows, seconds = f"{found['rows']:,}", found["seconds"]
    return [
        (
            f"global SHAP importance, stopped early, against all of {rows} rows",
            "≥ 8 x faster",
            f"{found['full_over_early']} x ({seconds['early']} s)",
        ),
        (
            "the same with its checks",
            "≥ 8 x faster",
            f"{found['full_over_early_with_checks']} x ({seconds['early_with_checks']} s)",
        ),
        (
            f"all intervals hold, of {found['seeds']} seeds",
            "≥ 95 %",
            f"{found['all_intervals_hold']:.1%} (naive ones: {found['naive_intervals_hold']:.1%})",
        ),
        ("largest difference from shap's own values", "≤ 1e-9", f"{found['largest_difference_from_shap']:.1g}"),
        (f"{rows} rows explained by two processes, against one", "≥ 1.7 x", f"{found['two_processes_over_one']} x"),
    ]


def _sandbox(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    if not found:
        return []
    what = f"what the sandbox (level {found['level']}) adds to a child that loads and predicts"
    return [(what, "≤ 150 ms", f"{found['overhead_ms']} ms (of {found['prediction_ms']} ms)")]

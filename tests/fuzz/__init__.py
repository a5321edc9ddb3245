"""Fuzzers for what reads an enemy's bytes; run on demand (``docs/reliability.md``), never collected as tests."""

"""Tests of the house itself: its cards, sizes, names, imports, stylesheets, README and wheel."""

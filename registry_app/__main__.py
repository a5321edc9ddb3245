"""``python -m registry_app``: the same front door."""

from registry_app.front import run

run()

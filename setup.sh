#!/bin/sh
# Sets up this checkout, again and again without harm: the Debian packages that are missing, .venv, the pinned libraries.
# `sh setup.sh test` also installs the programs that the tests call.
set -eu
cd "$(dirname "$0")"

packages="python3 python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
if [ "${1-}" = test ]; then
    packages="$packages bubblewrap faketime gcc libc6-dev poppler-utils tmux"
fi

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    missing=
    for package in $packages; do
        dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        as_root=
        [ "$(id -u)" -eq 0 ] || as_root=sudo
        $as_root apt-get update -q
        # shellcheck disable=SC2086  # words are meant
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing </dev/null
    fi
fi

# A .venv that another Python made, or that broke off half-way, is made anew.
.venv/bin/python -m pip --version >/dev/null 2>&1 || python3 -m venv --clear .venv
.venv/bin/python -m pip install --quiet --require-hashes -r constraints.txt
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .

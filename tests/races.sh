#!/usr/bin/env bash
# Many writers at once: 50 processes deploy 50 apps into one bare repository, 20 promote the same app,
# from clones of their own, from one clone, and through a proxy that delays, resets and stalls
# connections. Every change must land once, in a linear history, and nobody may take a minute.
#
#   tests/races.sh [TOWPATH]     needs git with `git daemon`, and python3
#
# RACES=12 for 12 processes instead of 50; LONGEST=180 where a slow machine may take its seconds.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
towpath=${1:-}
if [ -z "$towpath" ]; then
    (cd "$here" && cargo build --quiet)
    towpath=${CARGO_TARGET_DIR:-$here/target}/debug/towpath
fi
exec python3 "$here/tests/races.py" "$(realpath "$towpath")"

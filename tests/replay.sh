#!/bin/sh
# Compares the sum of history with what `towpath status --at` shows.
#
#   tests/replay.sh CLONE...
#
# For each bare clone: with the configuration that `towpath init` writes, all deployments up to a
# commit are put together, the oldest first; that must be what the commit shows, at some twenty commits
# spread over the mainline (STATES says how many). Exit code 1 when anything differs.
#
# Needs cargo, git and python3.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
: "${1:?usage: tests/replay.sh CLONE...}"
cargo build --quiet --profile dist --manifest-path "$here/Cargo.toml"
TOWPATH="${CARGO_TARGET_DIR:-$here/target}/dist/towpath" exec python3 "$here/tests/replay.py" "$@"

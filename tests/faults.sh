#!/usr/bin/env bash
# What happens when the machine fails in the middle of a write: killed at each system call that writes,
# a full disk, no permission. Afterwards both repositories must be whole, the user's tree untouched,
# nothing half-written, and a second run must finish the job.
#
#   tests/faults.sh [TOWPATH]     needs strace, git and python3
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
towpath=${1:-}
if [ -z "$towpath" ]; then
    (cd "$here" && cargo build --quiet)
    towpath=${CARGO_TARGET_DIR:-$here/target}/debug/towpath
fi
exec python3 "$here/tests/faults.py" "$(realpath "$towpath")"

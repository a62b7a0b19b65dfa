#!/usr/bin/env bash
# The section of CHANGELOG.md for a release, without its title.
#
#   packaging/notes.sh 0.1.0
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
notes=$(awk -v wanted="$1" '
    /^## / { inside = index($0, wanted) > 0; next }
    inside { print }
' "$top/CHANGELOG.md")
if [ -z "${notes//[[:space:]]/}" ]; then
    echo "CHANGELOG.md has no section for $1" >&2
    exit 1
fi
printf '%s\n' "$notes"

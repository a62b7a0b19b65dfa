#!/bin/sh
# Edits every version that is found in real repositories to another one and back, and prints a table.
#
#   tests/edits.sh DIR…     for each bare clone DIR/*.git
#
# Nothing is written into the clones. Exit code 1 when an edit does not come back to the identical
# bytes, is not read back, or touches a line that it should not. VERBOSE=1 tells each refusal, EVERY=1
# reads every file of a known kind, KUSTOMIZE=1 also builds each overlay that got an entry of its own,
# before and after, with `kubectl kustomize`.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || { echo "usage: tests/edits.sh DIR…" >&2; exit 2; }
cargo build --quiet --profile dist --manifest-path "$here/Cargo.toml" --example edits
program="${CARGO_TARGET_DIR:-$here/target}/dist/examples/edits"

echo "| repository | entries | unpinned | places | restored | restored, in quotes | overridden | built | together | automated | refused | wrong | collateral lines |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
status=0
for folder in "$@"; do
    for clone in "$folder"/*.git; do
        trees=$(mktemp -d)
        set -- ${EVERY:+--every} ${VERBOSE:+--verbose}
        if [ -n "${KUSTOMIZE:-}" ]; then
            git -C "$clone" archive HEAD | tar -x -C "$trees"
            set -- "$@" --trees "$trees"
        fi
        "$program" "$@" "$clone" || status=1
        rm -rf "${trees:?}"
    done
done
exit "$status"

#!/bin/sh
# Compares the images of every overlay with those that `kubectl kustomize` prints.
#
#   tests/kustomize.sh DIR     for each bare clone DIR/*.git
#   REPORT=1 tests/kustomize.sh DIR    also lists the overlays that kustomize cannot build offline
#
# Needs kubectl, git, cargo and python3 with PyYAML. Overlays that do not build (remote resources,
# charts, plugins) are counted and passed over. Exit code 1 when any image differs.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
clones=${1:?usage: tests/kustomize.sh DIR}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cargo build --quiet --manifest-path "$here/Cargo.toml" --example kustomize-images
ours="${CARGO_TARGET_DIR:-$here/target}/debug/examples/kustomize-images"

status=0
for clone in "$clones"/*.git; do
    name=$(basename "$clone" .git)
    mkdir -p "$scratch/$name"
    git -C "$clone" archive HEAD | tar -x -C "$scratch/$name"
    "$ours" "$clone" >"$scratch/$name.images" 2>/dev/null
    python3 "$here/tests/kustomize.py" "$name" "$scratch/$name" "$scratch/$name.images" || status=1
    rm -rf "${scratch:?}/$name"
done
exit "$status"

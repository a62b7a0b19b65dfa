#!/usr/bin/env bash
# Makes an .rpm from a packed archive with cargo-generate-rpm.
#
#   packaging/rpm.sh ARCHIVE ARCHITECTURE FOLDER      (x86_64, aarch64)
set -euo pipefail
archive=$1 architecture=$2 folder=$(cd "$3" && pwd)
top=$(cd "$(dirname "$0")/.." && pwd)
# The assets in Cargo.toml are read from here.
rm -rf "$top/target/rpm"
mkdir -p "$top/target/rpm"
tar -xzf "$archive" -C "$top/target/rpm"
if [ ! -d "$top/target/rpm/man" ]; then mkdir "$top/target/rpm/man"; fi
(cd "$top" && cargo generate-rpm --arch "$architecture" --auto-req disabled -o "$folder/")

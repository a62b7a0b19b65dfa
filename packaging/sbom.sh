#!/usr/bin/env bash
# Writes the list of parts as CycloneDX, without the folder of this build.
#
#   packaging/sbom.sh FOLDER
set -euo pipefail
folder=$(cd "$1" && pwd)
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git show -s --format=%ct HEAD 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
cargo cyclonedx --format json --spec-version 1.5 --target x86_64-unknown-linux-musl
sed "s|path+file://$top|path+file:///towpath|g" towpath.cdx.json >"$folder/towpath.cdx.json"
rm towpath.cdx.json
echo "$folder/towpath.cdx.json"

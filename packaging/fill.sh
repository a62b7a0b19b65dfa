#!/usr/bin/env bash
# Fills a template: @VERSION@, @RELEASES@ and @SHA256:ARCHIVE@, from a list of checksums.
#
#   packaging/fill.sh TEMPLATE VERSION RELEASES SHA256SUMS
set -euo pipefail
template=$1 version=$2 releases=$3 sums=$4
text=$(<"$template")
text=${text//@VERSION@/$version}
text=${text//@RELEASES@/$releases}
while read -r sum archive; do
    text=${text//@SHA256:${archive#\*}@/$sum}
done <"$sums"
if grep -n '@[A-Z0-9]*[:@]' <<<"$text" >&2; then
    echo "$template: something above is not filled" >&2
    exit 1
fi
printf '%s\n' "$text"

#!/usr/bin/env bash
# The release that the action uses: the input, or else the tag that the action was called with.
set -euo pipefail
version=${WANTED:-${REF:-}}
if [[ ! $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+ ]]; then
    echo "::error::name a release with \`version\`, such as v0.1.0: \`$version\` is none"
    exit 2
fi
echo "version=$version" >>"$GITHUB_OUTPUT"

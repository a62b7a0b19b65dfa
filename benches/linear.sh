#!/bin/bash
# Does the cost of history grow as the number of commits?
#
#   benches/linear.sh [COMMITS...]     10000 100000 unless said; 1000000 takes some minutes
#
# Makes a repository of that many commits with one `git fast-import` stream, each of which deploys one
# of 100 apps to one of two stages, and prints the time per commit. Needs cargo, git, python3, GNU time.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
cargo build --quiet --profile dist --manifest-path "$here/Cargo.toml"
towpath="${CARGO_TARGET_DIR:-$here/target}/dist/towpath"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch" TOWPATH_READ_ONLY=1
# shellcheck source=benches/measure.sh
. "$here/benches/measure.sh"

[ $# -gt 0 ] || set -- 10000 100000
printf '%10s %12s %12s %12s %9s\n' commits "git log" towpath "a commit" peak
for commits in "$@"; do
    repository="$scratch/$commits.git"
    git init --quiet --bare "$repository"
    python3 "$here/benches/linear.py" "$commits" | git -C "$repository" fast-import --quiet
    git -C "$repository" symbolic-ref HEAD refs/heads/main
    theirs=$(measure git -C "$repository" log --first-parent --raw --no-renames -- tags)
    ours=$(measure "$towpath" -q -C "$repository" history -o csv)
    awk -v n="$commits" -v a="${theirs% *}" -v b="${ours% *}" -v m="${ours#* }" 'BEGIN {
        printf "%10d %10.2f s %10.2f s %9.1f µs %5d MiB\n", n, a, b, b / n * 1e6, m / 1024 }'
    rm -rf "$repository"
done

#!/bin/bash
# `towpath audit` over the whole past beside `git log` of the same paths, in one run.
#
#   benches/audit.sh CLONES
#
# CLONES holds a bare clone `alphagov+govuk-helm-charts.git`. Needs cargo, git, GNU time. Every figure is
# the median of RUNS (5) runs in alternation. Wall time, and the processor time of both, which other
# work on the machine disturbs less.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
clones=${1:?usage: benches/audit.sh CLONES}
cargo build --quiet --profile dist --manifest-path "$here/Cargo.toml"
towpath="${CARGO_TARGET_DIR:-$here/target}/dist/towpath"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch"
govuk="$clones/alphagov+govuk-helm-charts.git"
paths=charts/app-config/image-tags

# Seconds of wall and of processor, and peak KiB of one run. A gate that says no (3) is an answer.
measure() {
    local code=0
    /usr/bin/time -f '%e %U %S %M' -o "$scratch/time" "$@" >/dev/null 2>"$scratch/err" || code=$?
    if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
        cat "$scratch/err" >&2
        exit 1
    fi
    tail -n 1 "$scratch/time" | awk '{ print $1, $2 + $3, $4 }'
}
column() { cut -d' ' -f"$1" "$2" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
say() { printf '%-44s %7.2f s  cpu %6.2f s  %5d MiB' "$1" "$(column 1 "$2")" "$(column 2 "$2")" "$(($(column 3 "$2") / 1024))"; }

echo "$(nproc) cores, $(free -h | awk '/^Mem/ { print $2 }'), $(git --version), $(date -u +%F), load $(cut -d' ' -f1 /proc/loadavg)"
log=(git -C "$govuk" log --first-parent --raw --no-renames -- "$paths")
cold=(env XDG_CACHE_HOME="$scratch/none" "$towpath" -q -C "$govuk" --no-index audit)
warm=(env XDG_CACHE_HOME="$scratch/cache" "$towpath" -q -C "$govuk" audit)
"${warm[@]}" >/dev/null
for _ in $(seq "${RUNS:-5}"); do
    measure "${log[@]}" >>"$scratch/log"
    measure "${cold[@]}" >>"$scratch/cold"
    measure "${warm[@]}" >>"$scratch/warm"
done
say "git log --first-parent --raw" "$scratch/log"; echo
for which in cold warm; do
    say "audit, $which" "$scratch/$which"
    paste -d' ' <(column 1 "$scratch/$which") <(column 2 "$scratch/$which") <(column 1 "$scratch/log") <(column 2 "$scratch/log") |
        awk '{ printf "  ratio %.2f, of processor time %.2f\n", $1 / $3, $2 / $4 }'
done

# Pull requests that move one version, in a clone whose branch has been asked about before, and in one
# that is new: to a version that staging runs, and to one that nobody has heard of.
clone="$scratch/clone.git"
git clone --quiet --bare "$govuk" "$clone"
git() { command git -C "$clone" -c user.name=bench -c user.email=bench@example.com "$@"; }
main=$(git symbolic-ref --short HEAD)
tag() { git show "$main:$1" | sed -n 's/^image_tag: *//p'; }
# A commit that brings a version to production.
change() {
    local blob
    blob=$(git show "$main:$1" | sed "s/^image_tag: .*/image_tag: $2/" | git hash-object -w --stdin)
    export GIT_INDEX_FILE="$scratch/index"
    git read-tree "$main"
    git update-index --cacheinfo "100644,$blob,$1"
    git commit-tree -p "$main" -m "by hand" "$(git write-tree)"
    unset GIT_INDEX_FILE
}
for file in $(git ls-tree -r --name-only "$main" "$paths/production"); do
    next=$(tag "${file/production/staging}" 2>/dev/null || true)
    if [ -n "$next" ] && [ "$next" != "$(tag "$file")" ]; then break; fi
done
for which in "in order:$next" "of no stage:v0"; do
    head=$(change "$file" "${which#*:}")
    guard=(-q -C "$clone" guard --base "refs/heads/$main" --head "$head")
    warm=(env XDG_CACHE_HOME="$scratch/cache" "$towpath" "${guard[@]}")
    cold=(env XDG_CACHE_HOME="$scratch/none" "$towpath" --no-index "${guard[@]}")
    "${warm[@]:0:3}" -q -C "$clone" history -n 0 >/dev/null
    rm -f "$scratch"/guard "$scratch/guard-cold"
    for _ in $(seq "${RUNS:-5}"); do
        measure "${warm[@]}" >>"$scratch/guard"
        measure "${cold[@]}" >>"$scratch/guard-cold"
    done
    say "guard, a version ${which%:*}, warm" "$scratch/guard"; echo
    say "guard, a version ${which%:*}, cold" "$scratch/guard-cold"; echo
done

#!/bin/bash
# towpath side by side with git and kubectl, in one run.
#
#   benches/compare.sh CLONES
#
# CLONES holds bare clones `alphagov+govuk-helm-charts.git` and
# `redhat-appstudio+infra-deployments.git`. Needs cargo, git, python3, GNU time; kubectl for the
# comparison with kustomize. Every figure is the median of five runs in alternation.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
clones=${1:?usage: benches/compare.sh CLONES}
cargo build --quiet --release --manifest-path "$here/Cargo.toml"
towpath="${CARGO_TARGET_DIR:-$here/target}/release/towpath"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch" TOWPATH_READ_ONLY=1

# Seconds and peak KiB of one run, as `12.34 5678`.
measure() { /usr/bin/time -f '%e %M' -o "$scratch/time" "$@" >/dev/null 2>&1; cat "$scratch/time"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
peak() { awk '{ if ($2 > m) m = $2 } END { printf "%.0f", m / 1024 }'; }

# Runs two commands five times in alternation; prints both medians, the ratio and the second's peak.
pair() {
    local title=$1 theirs=$2 ours=$3
    : >"$scratch/a"; : >"$scratch/b"
    for _ in 1 2 3 4 5; do
        measure bash -c "$theirs" >>"$scratch/a"
        measure bash -c "$ours" >>"$scratch/b"
    done
    local a b
    a=$(cut -d' ' -f1 "$scratch/a" | median); b=$(cut -d' ' -f1 "$scratch/b" | median)
    awk -v t="$title" -v a="$a" -v b="$b" -v m="$(peak <"$scratch/b")" \
        'BEGIN { printf "%-62s %8.2f s %8.2f s %7.2f  %4d MiB\n", t, a, b, (a > 0 ? b / a : 0), m }'
}

echo "$(nproc) cores, $(free -h | awk '/^Mem/ { print $2 }'), $(git --version), $(date -u +%F)"
printf '%-62s %10s %10s %7s %9s\n' "what" "the other" "towpath" "ratio" "peak"

govuk="$clones/alphagov+govuk-helm-charts.git"
infra="$clones/redhat-appstudio+infra-deployments.git"
for repository in "$govuk" "$infra"; do
    name=$(basename "$repository" .git)
    config="$scratch/$name.yaml"
    TOWPATH_READ_ONLY=0 "$towpath" -q -C "$repository" init --stdout >"$config"
    files=$("$towpath" -q -C "$repository" --config "$config" status --no-since -o json |
        python3 -c 'import json, sys; print("\n".join(sorted({l["path"] for e in json.load(sys.stdin)["entries"] for l in e["locations"]})))')
    printf '%s\n' "$files" | sed 's/^/HEAD:/' >"$scratch/$name.files"
    pair "$name: with a config, against ls-tree and cat-file" \
        "git -C '$repository' ls-tree -r HEAD; git -C '$repository' cat-file --batch <'$scratch/$name.files'" \
        "'$towpath' -q -C '$repository' --config '$config' status --no-since"
    pair "$name: discovery, against the same with a config" \
        "'$towpath' -q -C '$repository' --config '$config' status --no-since" \
        "'$towpath' -q -C '$repository' status --no-since"
    case $name in
        alphagov*) tracked=(charts/app-config/image-tags) ;;
        *) tracked=(':(glob)**/kustomization.yaml') ;;
    esac
    pair "$name: with since, against git log --raw of the same" \
        "git -C '$repository' log --first-parent --no-renames --raw -- '${tracked[0]}'" \
        "'$towpath' -q -C '$repository' status"
done

if command -v kubectl >/dev/null; then
    git -C "$infra" archive HEAD | { mkdir "$scratch/tree" && tar -x -C "$scratch/tree"; }
    overlays=$(cd "$scratch/tree" && find components -name kustomization.yaml -printf '%h\n' | sort)
    count=$(printf '%s\n' "$overlays" | wc -l)
    sample=$(printf '%s\n' "$overlays" | awk 'NR % 40 == 1')
    taken=$(printf '%s\n' "$sample" | wc -l)
    start=$(date +%s.%N)
    for overlay in $sample; do
        timeout 20 kubectl kustomize "$scratch/tree/$overlay" >/dev/null 2>&1 || true
    done
    end=$(date +%s.%N)
    measure "$towpath" -q -C "$infra" status --no-since >"$scratch/b"
    awk -v s="$start" -v e="$end" -v n="$count" -v k="$taken" -v b="$(cut -d' ' -f1 "$scratch/b")" 'BEGIN {
        all = (e - s) / k * n
        printf "kubectl kustomize of %d overlays (from a sample of %d): %.0f s; towpath: %.2f s, %.0f times as fast\n", n, k, all, b, all / b }'
fi

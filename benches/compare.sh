#!/bin/bash
# towpath side by side with git and kubectl, in one run.
#
#   benches/compare.sh CLONES
#
# CLONES holds bare clones `alphagov+govuk-helm-charts.git` and
# `redhat-appstudio+infra-deployments.git`. Needs cargo, git, python3, GNU time; kubectl for the
# comparison with kustomize. Every figure is the median of RUNS (5) runs in
# alternation. benches/linear.sh says how the cost grows with the number of commits.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
clones=${1:?usage: benches/compare.sh CLONES}
cargo build --quiet --profile dist --manifest-path "$here/Cargo.toml"
towpath="${CARGO_TARGET_DIR:-$here/target}/dist/towpath"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch" TOWPATH_READ_ONLY=1

# shellcheck source=benches/measure.sh
. "$here/benches/measure.sh"

echo "$(nproc) cores, $(free -h | awk '/^Mem/ { print $2 }'), $(git --version), $(date -u +%F), load $(cut -d' ' -f1 /proc/loadavg)"
heading

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
        "bash -c \"git -C '$repository' ls-tree -r HEAD; git -C '$repository' cat-file --batch <'$scratch/$name.files'\"" \
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

# shellcheck source=benches/history.sh
. "$here/benches/history.sh"

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

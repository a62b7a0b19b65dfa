#!/usr/bin/env bash
# One change pushed to a bare repository on the same disk: `towpath deploy --push` beside the git
# commands that do the same, one after the other, so that both see the same machine.
#
#   benches/push.sh [TOWPATH]        RUNS=20 for more than ten of each
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
towpath=$(realpath "${1:-$here/target/dist/towpath}")
runs=${RUNS:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_NOSYSTEM=1 HOME=$work XDG_CACHE_HOME=$work/cache
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
cd "$work"

# 200 apps in three stages, and 2,000 commits.
{
    for commit in $(seq 2000); do
        printf 'commit refs/heads/main\ncommitter a <a@example.com> %s +0000\ndata 1\nc\n' $((1700000000 + commit))
        if [ "$commit" = 1 ]; then
            for stage in dev staging prod; do
                for app in $(seq 200); do
                    printf 'M 100644 inline apps/%s/app%s.yaml\ndata <<E\nimage:\n  repository: ghcr.io/example/app%s\n  tag: v0\nE\n\n' "$stage" "$app" "$app"
                done
            done
        else
            app=$((commit % 200 + 1))
            printf 'M 100644 inline apps/dev/app%s.yaml\ndata <<E\nimage:\n  repository: ghcr.io/example/app%s\n  tag: v%s\nE\n\n' "$app" "$app" "$commit"
        fi
    done
} >stream
git init -q --bare -b main origin.git
git -C origin.git fast-import --quiet <stream
git clone -q origin.git one
git clone -q origin.git two

seconds() { date +%s.%N; }
gits=0 ours=0
for run in $(seq "$runs"); do
    start=$(seconds)
    (
        cd one
        git fetch -q origin main
        git reset -q --hard FETCH_HEAD
        sed -i "s/tag: .*/tag: git$run/" apps/dev/app7.yaml
        git commit -qam "Deploy app7"
        git push -q origin HEAD:main
    )
    gits=$(echo "$gits + $(seconds) - $start" | bc)
    start=$(seconds)
    (cd two && "$towpath" deploy app7 "towpath$run" --stage dev --push --quiet >/dev/null)
    ours=$(echo "$ours + $(seconds) - $start" | bc)
done
printf 'git: fetch, reset, edit, commit, push   %.0f ms\n' "$(echo "$gits * 1000 / $runs" | bc -l)"
printf 'towpath deploy --push                   %.0f ms\n' "$(echo "$ours * 1000 / $runs" | bc -l)"
printf 'ratio                                   %.2f\n' "$(echo "$ours / $gits" | bc -l)"

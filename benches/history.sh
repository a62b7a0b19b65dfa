# The history of two repositories beside `git log`, for benches/compare.sh; sourced, with $govuk,
# $infra, $towpath and $scratch set.
# shellcheck shell=bash disable=SC2154

# Without an index: nothing to read one from, and nothing is written.
cold="env TOWPATH_READ_ONLY=1 XDG_CACHE_HOME=$scratch/none"
# With one.
warm="env TOWPATH_READ_ONLY=0 XDG_CACHE_HOME=$scratch/cache"

# The same question to git and to towpath: every change of what is tracked, who made it and when.
complete() {
    local name=$1 repository=$2 config=$3 tracked=$4
    local log="git -C '$repository' log --first-parent --raw --no-renames"
    local towpath="'$towpath' -q -C '$repository' --config '$config'"
    for threads in 1 2; do
        pair "$name: complete, cold, threads: $threads" "$log -- '$tracked'" \
            "$cold TOWPATH_THREADS=$threads $towpath history -o csv"
    done
    pair "$name: complete, cold, nobody's name (metrics), threads: 2" "$log --format=%H -- '$tracked'" \
        "$cold TOWPATH_THREADS=2 $towpath metrics -o json"
    bash -c "$warm $towpath metrics" >/dev/null
    pair "$name: complete, warm" "$log -- '$tracked'" "$warm $towpath history -o csv"
}

# The last five deployments of one app, from the names of the newest one.
newest() {
    local name=$1 repository=$2 config=$3
    local towpath="'$towpath' -q -C '$repository' --config '$config'"
    local app stage path
    IFS=$'\t' read -r app stage path < <(bash -c "$cold $towpath history -n 1 -o jsonl" |
        python3 -c 'import json, sys; d = json.loads(sys.stdin.readline()); print(d["app"], d["stage"], d["path"], sep="\t")')
    local question="history '$app' --stage '$stage' -n 5 -o csv"
    local log="git -C '$repository' log -5 --first-parent --raw --no-renames -- '$path'"
    pair "$name: the last five of $app in $stage, cold" "$log" "$cold $towpath $question"
    pair "$name: the last five of $app in $stage, warm" "$log" "$warm $towpath $question"
}

for repository in "$govuk" "$infra"; do
    name=$(basename "$repository" .git); config="$scratch/$name.yaml"
    case $name in
        alphagov*) tracked=charts/app-config/image-tags ;;
        *) tracked=':(glob)**/kustomization.yaml' ;;
    esac
    complete "${name#*+}" "$repository" "$config" "$tracked"
    newest "${name#*+}" "$repository" "$config"
done

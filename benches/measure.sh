# Functions to measure with; sourced, with $scratch set.
# shellcheck shell=bash disable=SC2154

# Seconds and peak KiB of one run, as `12.34 5678`.
measure() { /usr/bin/time -f '%e %M' -o "$scratch/time" "$@" >/dev/null 2>&1; tail -n 1 "$scratch/time"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
peak() { awk '{ if ($2 > m) m = $2 } END { printf "%.0f", m / 1024 }'; }

heading() { printf '%-66s %10s %10s %7s %9s %9s\n' "what" "the other" "towpath" "ratio" "its peak" "peak"; }

# Runs two commands RUNS times in alternation; prints both medians, the ratio and both peaks.
pair() {
    local title=$1 theirs=$2 ours=$3
    : >"$scratch/a"; : >"$scratch/b"
    for _ in $(seq "${RUNS:-5}"); do
        measure bash -c "$theirs" >>"$scratch/a"
        measure bash -c "$ours" >>"$scratch/b"
    done
    local a b
    a=$(cut -d' ' -f1 "$scratch/a" | median); b=$(cut -d' ' -f1 "$scratch/b" | median)
    awk -v t="$title" -v a="$a" -v b="$b" -v m="$(peak <"$scratch/a")" -v n="$(peak <"$scratch/b")" \
        'BEGIN { printf "%-66s %8.2f s %8.2f s %7.3f %5d MiB %5d MiB\n", t, a, b, (a > 0 ? b / a : 0), m, n }'
}

#!/bin/sh
# Compares what `towpath status` and `towpath history` tell, without any config, with known answers.
#
#   tests/groundtruth.sh CLONES TRUTH
#
# CLONES holds bare clones named `<owner>+<name>.git`; TRUTH holds one `<owner>+<name>.json` each:
# `{"head": "<commit>", "mappings": [{"app", "stage", "file", "image", "tag"}, …], "history": [{"app",
# "stage", "file", "commit", "from", "to", "kind"}, …]}`. An answer of the form
# `<owner>+<name>.<part>.json` is compared with the same clone.
#
# An expected (file, tag) is found when some entry has that location and that tag, digest or
# tag@digest; it is well placed when all words of its stage label stand in the entry's app, stage,
# target, component or image, and no two labels share an entry. It is wrong when its file is reported
# for its labels with other tags only. Exit code 1 when less than 97 % is found or anything is wrong.
#
# Of history: each change that is listed is told with the same file, commit, from and to; what a slot
# leaves is what it came to before, and the last is what status shows (`broken` where not); and of a
# sample (SAMPLE, 200 in each clone) git itself shows commit and texts (`strange` where not). Exit code 1
# when any of that fails, or a figure that is known of a repository comes out differently.
#
# Needs cargo, git and python3.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
clones=${1:?usage: tests/groundtruth.sh CLONES TRUTH}
truth=${2:?usage: tests/groundtruth.sh CLONES TRUTH}
cargo build --quiet --profile dist --manifest-path "$here/Cargo.toml"
export TOWPATH="${CARGO_TARGET_DIR:-$here/target}/dist/towpath"
failed=0
python3 "$here/tests/groundtruth.py" "$clones" "$truth" || failed=1
python3 "$here/tests/groundtruth_history.py" "$clones" "$truth" || failed=1
python3 "$here/tests/groundtruth_figures.py" "$clones" || failed=1
exit "$failed"

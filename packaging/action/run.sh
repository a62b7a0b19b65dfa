#!/usr/bin/env bash
# Runs towpath with the command and arguments of the action. `guard` annotates the changed lines and
# writes the summary of the job.
set -euo pipefail
arguments=()
while IFS= read -r line; do
    if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"${ARGUMENTS:-}"
# A command of several words, such as `config check`.
read -r -a command <<<"${COMMAND:?}"
if [ "${command[0]}" = guard ]; then
    has_output=no
    for argument in "${arguments[@]+"${arguments[@]}"}"; do
        case $argument in -o* | --output*) has_output=yes ;; esac
    done
    if [ $has_output = no ]; then arguments+=(--output github); fi
fi
code=0
"$RUNNER_TEMP/towpath/towpath" "${command[@]}" "${arguments[@]+"${arguments[@]}"}" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit $code

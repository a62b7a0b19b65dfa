#!/usr/bin/env bash
# Packs a built towpath for one target: the program, its manual pages, completions and licences.
#
#   packaging/archive.sh PROGRAM TARGET FOLDER
set -euo pipefail
program=$1 target=$2 folder=$3
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder" "$work/man"
cp "$program" "$work/towpath$(case $target in *windows*) echo .exe ;; esac)"
cp "$top/LICENSE-MIT" "$top/LICENSE-APACHE" "$top/README.md" "$top/CHANGELOG.md" "$work/"
cp -R "$top/completions" "$work/completions"
# A program for another machine cannot write its pages; one that runs here can.
if "$program" man --dir "$work/man" 2>/dev/null; then :; else rmdir "$work/man"; fi
case $target in
*windows*)
    archive=$folder/towpath-$target.zip
    rm -f "$archive"
    (cd "$work" && 7z a -tzip -bso0 "$(cd "$OLDPWD" && cd "$folder" && pwd)/towpath-$target.zip" .)
    ;;
*)
    archive=$folder/towpath-$target.tar.gz
    same=()
    # The same files give the same archive, where tar is GNU's.
    if tar --version 2>/dev/null | grep GNU >/dev/null; then
        same=(--sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}")
    fi
    # Names without `./`, so that one of them can be taken out by its name.
    (cd "$work" && tar "${same[@]+"${same[@]}"}" -cf - -- *) | gzip -n >"$archive"
    ;;
esac
echo "$archive"

#!/bin/sh
# Installs a released towpath: downloads the archive for this machine, compares its checksum, and
# puts the program into a folder.
#
#   sh install.sh --from https://git.example.com/team/towpath/releases/download --version v0.1.0
#
# --from URL       address of the releases; archives are at URL/VERSION/ARCHIVE
#                  [default: $TOWPATH_RELEASES]
# --version TAG    the release, such as v0.1.0
# --to FOLDER      where the program goes [default: ~/.local/bin]
# --target TRIPLE  for another machine than this one
set -eu

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

from=${TOWPATH_RELEASES:-} version='' folder=${HOME:-}/.local/bin target=''
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || fail "$1 needs a value"
    case $1 in
    --from) from=$2 ;;
    --version) version=$2 ;;
    --to) folder=$2 ;;
    --target) target=$2 ;;
    *) fail "unknown option $1" ;;
    esac
    shift 2
done
[ -n "$from" ] || fail 'name the address of the releases with --from'
[ -n "$version" ] || fail 'name the release with --version, such as v0.1.0'
case $version in
*[!A-Za-z0-9._+-]*) fail "$version is no version" ;;
esac

if [ -z "$target" ]; then
    case $(uname -m) in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "there is no binary for $(uname -m); build it with cargo" ;;
    esac
    case $(uname -s) in
    Linux) target=$machine-unknown-linux-musl ;;
    Darwin) target=$machine-apple-darwin ;;
    *) fail "there is no binary for $(uname -s); build it with cargo" ;;
    esac
fi

archive=towpath-$target.tar.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

download() {
    if command -v curl >/dev/null; then
        curl --fail --silent --show-error --location --output "$work/$1" "$from/$version/$1"
    elif command -v wget >/dev/null; then
        wget -q -O "$work/$1" "$from/$version/$1"
    else
        fail 'curl or wget is needed'
    fi || fail "cannot download $from/$version/$1"
}

download "$archive"
download SHA256SUMS

# Only the line of this archive; a list without it proves nothing.
grep -E "^[0-9a-f]{64} [ *]$archive\$" "$work/SHA256SUMS" >"$work/wanted" ||
    fail "SHA256SUMS does not name $archive"
if command -v sha256sum >/dev/null; then
    (cd "$work" && sha256sum -c wanted >/dev/null 2>&1)
elif command -v shasum >/dev/null; then
    (cd "$work" && shasum -a 256 -c wanted >/dev/null 2>&1)
else
    fail 'sha256sum or shasum is needed'
fi || fail "the checksum of $archive is wrong; nothing was installed"

tar -xzf "$work/$archive" -C "$work" towpath
mkdir -p "$folder"
mv "$work/towpath" "$folder/towpath.new"
chmod 755 "$folder/towpath.new"
mv "$folder/towpath.new" "$folder/towpath"
printf 'installed %s as %s\n' "$("$folder/towpath" --version | head -n 1)" "$folder/towpath"

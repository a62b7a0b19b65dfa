#!/usr/bin/env bash
# Makes a .deb of a built towpath with dpkg-deb.
#
#   packaging/deb.sh PROGRAM ARCHITECTURE FOLDER      (amd64, arm64)
set -euo pipefail
program=$1 architecture=$2 folder=$3
top=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$top/Cargo.toml" | head -n 1)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
install -D -m 755 "$program" "$root/usr/bin/towpath"
for page in "$top"/LICENSE-MIT "$top"/LICENSE-APACHE "$top"/README.md "$top"/CHANGELOG.md; do
    install -D -m 644 "$page" "$root/usr/share/doc/towpath/$(basename "$page")"
done
mkdir -p "$root/usr/share/man/man1"
"$program" man --dir "$root/usr/share/man/man1"
gzip -n -9 "$root"/usr/share/man/man1/*.1
install -D -m 644 "$top/completions/towpath.bash" "$root/usr/share/bash-completion/completions/towpath"
install -D -m 644 "$top/completions/_towpath" "$root/usr/share/zsh/vendor-completions/_towpath"
install -D -m 644 "$top/completions/towpath.fish" "$root/usr/share/fish/vendor_completions.d/towpath.fish"
# A static program needs no C library.
needs='git'
if ldd "$program" >/dev/null 2>&1; then
    newest=$(objdump -T "$program" 2>/dev/null | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
    needs="git, libc6 (>= ${newest#GLIBC_})"
    [ -n "$newest" ] || needs='git, libc6'
fi
size=$(du -sk "$root" | cut -f 1)
mkdir -p "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<CONTROL
Package: towpath
Version: $version
Architecture: $architecture
Maintainer: The towpath authors <noreply@example.com>
Installed-Size: $size
Depends: $needs
Recommends: ca-certificates, openssh-client
Section: devel
Priority: optional
Description: which image runs in which stage
 towpath reads, promotes and audits GitOps deployment repositories from Git
 alone: no cluster, no server, no configuration.
CONTROL
mkdir -p "$folder"
file=$folder/towpath_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$root" "$file" >/dev/null
echo "$file"

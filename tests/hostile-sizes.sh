#!/bin/sh
# Runs the tests of hostile sizes that take a release build.
set -eu
cd "$(dirname "$0")/.."
exec cargo test --release --test cli -- --ignored hostile

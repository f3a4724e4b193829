#!/usr/bin/env bash
# Tries a rolling upgrade from an older release to this one and back: two nodes, 50 writers and 200 subscribers on one
# PostgreSQL and one Redis. Nothing may be lost, come twice or out of order.
#
# The migration runs while the older release serves; no table may be locked for more than a second. --archive fills the tables before.
#
#   deploy/rolling-upgrade.sh <commit of the older release> [--seconds 60] [--seed 1] [--archive 1000000]
#
# The older release is taken from git, fetched where the clone is shallow, and built in a folder of its own. Needs
# redis-server on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=${1:?Give the commit or tag of the older release.}
shift
git cat-file -e "$commit^{commit}" 2>/dev/null || git fetch --quiet --depth 1 origin "$commit"
older=$(mktemp -d)
trap 'rm -rf "$older"' EXIT
git archive "$(git rev-parse --verify --quiet "$commit^{commit}" || git rev-parse FETCH_HEAD)" | tar --extract --directory "$older"
(
  cd "$older"
  npm ci --no-audit --no-fund --silent
  npm run --silent build
)
npm run --silent chaos -- --upgrade-from "$older" "$@"

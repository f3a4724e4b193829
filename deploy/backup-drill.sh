#!/usr/bin/env bash
# Tries backup and restore here, on a PostgreSQL of its own below the temporary folder: WAL archiving, base backup, loss,
# restore to the end and to a moment, and the product on both. Prints the time of each step.
#
#   deploy/backup-drill.sh --messages 1000000 --archive-timeout 60
#
# It needs PostgreSQL 15 or later with pg_basebackup (Debian: apt-get install postgresql), and 20 GB for a million messages.
set -euo pipefail
cd "$(dirname "$0")/.."
exec npm run --silent backup-drill -- "$@"

#!/bin/sh
# Installs what package-lock.json names and, when asked, builds; each only when its input has changed since last time.
# usage: scripts/setup.sh [build]
set -eu
cd "$(dirname "$0")/.."
lock=$(cksum < package-lock.json)
if [ ! -x node_modules/.bin/node ] || [ "$(cat node_modules/.sluice-installed 2>/dev/null || true)" != "$lock" ]; then
  npm ci --no-audit --no-fund --loglevel=error >&2
  printf '%s' "$lock" > node_modules/.sluice-installed
fi
[ "${1:-}" = build ] || exit 0
if [ ! -f dist/.built ] || [ -n "$(find src tsconfig.json tsconfig.build.json package-lock.json -newer dist/.built -print -quit)" ]; then
  node_modules/.bin/node node_modules/typescript/bin/tsc -p tsconfig.build.json >&2
  node_modules/.bin/node scripts/copy-assets.ts >&2
  touch dist/.built
fi

#!/bin/sh
# Installs what package-lock.json names and, when asked, builds; each only when its input has changed since last time.
# Everything it says goes to stderr: stdout belongs to what runs after it. Interrupted, it starts again where it was.
# usage: scripts/setup.sh [build]
set -eu
cd "$(dirname "$0")/.."
lock=$(cksum < package-lock.json)
if [ ! -x node_modules/.bin/node ] || [ "$(cat node_modules/.sluice-installed 2>/dev/null || true)" != "$lock" ]; then
  rm -f node_modules/.sluice-installed
  npm ci --no-audit --no-fund --loglevel=error >&2
  printf '%s' "$lock" > node_modules/.sluice-installed
fi
[ "${1:-}" = build ] || exit 0
if [ ! -f dist/.built ] || [ -n "$(find src tsconfig.json tsconfig.build.json package-lock.json scripts/copy-assets.ts -newer dist/.built -print -quit)" ]; then
  mkdir -p dist
  # The mark is as old as the start of the build: a file saved while it runs is built next time.
  mark=dist/.building-$$
  touch "$mark"
  node_modules/.bin/node node_modules/typescript/bin/tsc -p tsconfig.build.json >&2
  node_modules/.bin/node scripts/copy-assets.ts >&2
  mv "$mark" dist/.built
fi

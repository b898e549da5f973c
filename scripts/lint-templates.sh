#!/bin/sh
# Everything linters can say about the embedded templates; scripts/templates/lint.ts says what that is. The linters live under
# .cache/, made when they aren't there or are other versions. Exits 0 clean, 75 when they can't be had (no Python, no network).
# usage: scripts/lint-templates.sh
set -eu
cd "$(dirname "$0")/.."
home=.cache/linters-1
unavailable() {
  rm -rf "$home"
  echo "The linters can't be installed here: Python 3 with venv, PyPI and npm are needed" >&2
  exit 75
}
if [ ! -f "$home/.complete" ]; then
  rm -rf "$home"
  mkdir -p "$home"
  cp scripts/templates/linters.package.json "$home/package.json"
  (cd "$home" && npm install --no-audit --no-fund --loglevel=error) >&2 || unavailable
  python3 -m venv "$home/venv" >&2 || unavailable
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check cfn-lint==1.58.0 checkov==3.3.30 >&2 || unavailable
  touch "$home/.complete"
fi
exec node_modules/.bin/node scripts/templates/lint.ts "$home"

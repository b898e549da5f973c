#!/bin/sh
# cfn-lint over the embedded templates: no error, no warning. It lives in a virtual environment under .cache/, made when it isn't
# there or is another version. Exits 0 clean, 75 when the environment can't be made (no Python, no network), else as cfn-lint.
# usage: scripts/lint-templates.sh
set -eu
cd "$(dirname "$0")/.."
version=1.58.0
venv=.cache/cfn-lint-$version
if [ ! -f "$venv/.complete" ]; then
  rm -rf "$venv"
  mkdir -p .cache
  if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "cfn-lint==$version"; } >&2; then
    rm -rf "$venv"
    echo "cfn-lint $version can't be installed here: Python 3 with venv, and PyPI, are needed" >&2
    exit 75
  fi
  touch "$venv/.complete"
fi
# W3002  a TemplateURL that is a local file: `aws cloudformation package` and the tool replace it by one made of the content.
# I3011  no DeletionPolicy on nested stacks: what holds data in them has its own, which test/infra/templates.test.ts looks at; a
#        nested stack that is retained for its own sake would be left behind by every removal.
exec "$venv/bin/cfn-lint" --include-checks I --ignore-checks W3002 I3011 --template src/infra/templates/*.yaml

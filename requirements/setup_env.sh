#!/usr/bin/env bash
# Make or update a virtual environment with everything that this repository needs.
#
#   requirements/setup_env.sh VENV
#
# Does nothing where VENV is up to date; remove VENV to start afresh. Environment variables:
#   PYTHON       the interpreter that makes VENV (default: python3)
#   TORCH_ARGS   more arguments for the pip call that installs torch, such as an index of other builds
set -euo pipefail

venv=${1:?usage: setup_env.sh VENV}
python=${PYTHON:-python3}
cd "$(dirname "$0")/.."

say() { printf '== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# What decides the contents of the environment. The path is a part of it, because the editable
# install of a copied checkout would still point to the original.
digest() {
  { pwd; cat setup.py pyproject.toml requirements/constraints.txt requirements/setup_env.sh; } | cksum
}

stamp="$venv/.installed"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(digest)" ] && [ -x "$venv/bin/python" ]; then
  exit 0
fi

rm -f "$stamp"
if ! "$venv/bin/python" -c '' 2>/dev/null; then
  command -v "$python" >/dev/null ||
    fail "there is no '$python' here; install Python 3.10 to 3.13, or name one: make PYTHON=/path/to/python3 ..."
  "$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' ||
    fail "$("$python" --version 2>&1) is not supported; name a Python 3.10 to 3.13: make PYTHON=python3.11 ..."
  say "making $venv with $("$python" --version 2>&1)"
  "$python" -m venv --clear "$venv" ||
    fail "'$python -m venv' does not work here; Debian and Ubuntu have it in the package python3-venv"
fi

# The scripts in VENV/bin carry the path in their first line, which must not hold a space: so pip
# runs as a module.
pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }

install() { pip install --quiet --progress-bar off --constraint requirements/constraints.txt "$@"; }

say 'installing torch (once; this and the rest take some minutes)'
install setuptools wheel
# shellcheck disable=SC2086  # TORCH_ARGS holds several words on purpose.
install torch ${TORCH_ARGS:-}
say 'installing the rest'
install --no-build-isolation --editable '.[lite,export,test,dev,docs]'

# opencv-python and opencv-contrib-python need libGL, which slim images lack, and share one cv2
# folder with the headless build that does not: all go before that one comes.
if ! "$venv/bin/python" -c 'import cv2' 2>/dev/null; then
  say 'import cv2 fails (no libGL?): installing the headless OpenCV instead'
  pip uninstall --quiet --yes opencv-python opencv-contrib-python opencv-python-headless
  install --no-deps opencv-python-headless
  "$venv/bin/python" -c 'import cv2' || fail 'import cv2 fails with the headless OpenCV too; see above'
fi

digest > "$stamp"
say "$venv is ready"

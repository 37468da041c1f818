#!/usr/bin/env bash
# Try one combination of versions: check_stack.sh PYTHON TORCH [REQUIREMENT...]
#
#   tools/check_stack.sh python3.12 2.14.1 'numpy<2'
#   TORCH_ARGS='--index-url ...' tools/check_stack.sh python3.10 2.6.0
#   tools/check_stack.sh python3.11 2.13.0 mmcv==2.1.0             # instead of mmcv-lite
#   REPLACE=onedl-mmengine==0.10.12 tools/check_stack.sh python3.11 2.13.0
#
# Makes an environment, installs the package, and runs tests of every part, a small training, which
# is resumed and tested, and hostile checkpoints at every tool. The environment is removed
# afterwards. The last line is the row of docs/stacks.md; the exit code is 1 if a test failed.
#
# Installs with uv where it is there, else with pip. Environment variables:
#   TORCH_ARGS   for the pip call that installs torch
#   REPLACE      a distribution that takes the place of the mmengine that mmcv brings
#   TESTS        other tests
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: $0 PYTHON TORCH [REQUIREMENT...]" >&2
  exit 2
fi
python=$1
torch=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
tests=${TESTS:-tests/apis/test_embedding.py tests/apis/test_sync_estimator.py \
  tests/configs/test_configs.py tests/datasets/transforms tests/engine/test_exact_resume_hook.py \
  tests/evaluation tests/media tests/models tests/sounding_shapes/test_verify.py \
  tests/test_checkpoint_files.py tests/test_compat.py tests/test_config.py tests/test_weights.py \
  tests/visualization/test_overlay_video.py tests/cli/test_train.py}
hostile='tests/test_safe_load.py tests/tools/test_malicious_checkpoint.py'
extras=lite,test
case " $* " in *' mmcv=='*) extras=test ;; esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
pip() {
  if command -v uv >/dev/null; then
    uv pip "$@" --quiet --python "$folder/venv/bin/python"
  else
    "$folder/venv/bin/python" -m pip --disable-pip-version-check "$@" --quiet
  fi
}
run() { "$folder/venv/bin/python" -m pytest -q -p no:cacheprovider "$@" | tee >(cat >&2) | tail -1; }

"$python" -m venv "$folder/venv"
printf '%s\n' "torch==$torch" 'setuptools<81' "$@" > "$folder/wanted.txt"
pip install 'setuptools<81' wheel
# shellcheck disable=SC2086  # TORCH_ARGS holds several words on purpose.
pip install "torch==$torch" ${TORCH_ARGS:-} "$@"
pip install --no-build-isolation --constraint "$folder/wanted.txt" "$root[$extras]"
if [ -n "${REPLACE:-}" ]; then
  pip uninstall --yes mmengine
  pip install --no-deps "$REPLACE"
fi
if ! "$folder/venv/bin/python" -c 'import cv2' 2>/dev/null; then
  version=$("$folder/venv/bin/python" -m pip show opencv-python | sed -n 's/^Version: //p')
  pip uninstall --yes opencv-python opencv-contrib-python
  pip install --constraint "$folder/wanted.txt" "opencv-python-headless==$version"
fi

export OMP_NUM_THREADS=1 PYTHONPATH="$root"
code=0
# shellcheck disable=SC2086
result=$(run -m 'not slow' $tests) || code=1
# shellcheck disable=SC2086
refused=$(run $hostile) || code=1
"$folder/venv/bin/python" - "$result" "$refused" <<'PYTHON'
import platform, re, sys
from importlib.metadata import PackageNotFoundError, version


def of(*names):
    for name in names:
        try:
            return f'{name} {version(name)}' if len(names) > 1 else version(name)
        except PackageNotFoundError:
            continue
    return ''


def counts(line):
    return re.sub(r' in \d.*', '', line.strip('= '))


cells = [platform.python_version(), of('torch'), of('numpy'), of('onedl-mmengine', 'mmengine')]
cells += [of('mmcv', 'mmcv-lite'), of('av'), of('opencv-python', 'opencv-python-headless')]
print(f'| {" | ".join([*cells, *map(counts, sys.argv[1:])])} |')
PYTHON
exit $code

#!/usr/bin/env bash
# Try one combination of versions: check_stack.sh PYTHON TORCH [REQUIREMENT...]
#
#   tools/check_stack.sh python3.12 2.13.0 'numpy<2'
#   TORCH_ARGS='--index-url ...' tools/check_stack.sh python3.10 2.6.0
#
# Makes an environment, imports the package, and runs some tests and a small training, which is
# resumed and tested. The environment is removed afterwards. The last line is the row of
# docs/stacks.md. Environment: TORCH_ARGS (for the pip call that installs torch), TESTS (other tests).
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: $0 PYTHON TORCH [REQUIREMENT...]" >&2
  exit 2
fi
python=$1
torch=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
tests=${TESTS:-tests/models/necks/test_match.py tests/models/recognizers \
  tests/evaluation/functional/test_sync.py tests/datasets/transforms/test_sync_windows.py \
  tests/media/test_audio_reader.py tests/sounding_shapes/test_shapes_verify.py \
  tests/test_compat.py tests/tools/test_train_test.py}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
pip() { "$folder/venv/bin/python" -m pip --disable-pip-version-check "$@" --quiet; }

"$python" -m venv "$folder/venv"
printf '%s\n' "torch==$torch" 'setuptools<81' "$@" > "$folder/wanted.txt"
pip install 'setuptools<81' wheel
# shellcheck disable=SC2086  # TORCH_ARGS holds several words on purpose.
pip install "torch==$torch" ${TORCH_ARGS:-} "$@"
pip install --no-build-isolation --constraint "$folder/wanted.txt" "$root[lite,test]"
if ! "$folder/venv/bin/python" -c 'import cv2' 2>/dev/null; then
  version=$("$folder/venv/bin/python" -m pip show opencv-python | sed -n 's/^Version: //p')
  pip uninstall --yes opencv-python opencv-contrib-python
  pip install --constraint "$folder/wanted.txt" "opencv-python-headless==$version"
fi

cd "$root"
export OMP_NUM_THREADS=1 PYTHONPATH="$root"
# shellcheck disable=SC2086
result=$("$folder/venv/bin/python" -m pytest -q -m 'not slow' -p no:cacheprovider $tests | tee /dev/stderr | tail -1)
"$folder/venv/bin/python" - "$result" <<'PYTHON'
import platform, sys
from importlib.metadata import PackageNotFoundError, version


def of(*names):
    for name in names:
        try:
            return f'{name} {version(name)}' if len(names) > 1 else version(name)
        except PackageNotFoundError:
            continue
    return ''


cells = [platform.python_version(), of('torch'), of('numpy'), of('onedl-mmengine', 'mmengine')]
cells += [of('mmcv', 'mmcv-lite'), of('opencv-python', 'opencv-python-headless'), sys.argv[1]]
print(f'| {" | ".join(cells)} |')
PYTHON

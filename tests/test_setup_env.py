"""How the environment is made; a stand-in for python records what would be installed."""

import os
import subprocess

import pytest
from paths import ROOT

# Answers as python, as `python -m venv` and as `python -m pip` do. Its cv2 works with libGL (the
# file of that name), or once the headless build is installed and nothing shadows it.
STAND_IN = r"""#!/bin/bash
case "$1 $2 ${*: -1}" in
  '-c import sys'*) exit ${UNSUPPORTED:-0} ;;
  '-c import cv2'*) [ -e "$HOME/libGL" ] || [ "$(cat "$HOME/cv2" 2>/dev/null)" = headless ] ;;
  '-c '*) exit 0 ;;
  '--version'*) echo 'Python 3.9.1' ;;
  '-m venv'*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && echo venv >> "$HOME/log" ;;
  '-m pip'*opencv-python-headless)
    echo "$*" >> "$HOME/log"
    case "$*" in *uninstall*) rm -f "$HOME/cv2" ;; *) echo headless > "$HOME/cv2" ;; esac ;;
  '-m pip'*) echo "$*" >> "$HOME/log"; case "$*" in *editable*) echo full > "$HOME/cv2" ;; esac ;;
  *) echo "unexpected: $*" >&2; exit 99 ;;
esac
"""


@pytest.fixture
def set_up(tmp_path):
    """Runs the script: exit code, what it printed as errors, and the new pip and venv calls."""
    python, log = tmp_path / 'python', tmp_path / 'log'
    python.write_text(STAND_IN)
    python.chmod(0o755)
    (tmp_path / 'libGL').touch()

    def run(**environment) -> tuple[int, str, list[str]]:
        log.write_text('')
        command = [ROOT / 'requirements/setup_env.sh', tmp_path / 'my venv']
        env = os.environ | dict(environment, PYTHON=str(python), HOME=str(tmp_path))
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr, log.read_text().splitlines()

    return run


def test_torch_comes_first_then_the_project_then_nothing(set_up):
    code, _, calls = set_up(TORCH_ARGS='--index-url somewhere')
    assert code == 0
    assert calls[0] == 'venv'
    assert [call.split('constraints.txt ')[1] for call in calls[1:]] == [
        'setuptools wheel',
        'torch --index-url somewhere',
        '--no-build-isolation --editable .[lite,export,test,dev,docs]',
    ]
    assert set_up() == (0, '', [])


def test_without_libgl_the_headless_opencv_takes_the_place_of_both(set_up, tmp_path):
    (tmp_path / 'libGL').unlink()
    code, _, calls = set_up()
    assert code == 0
    assert calls[-2].endswith('opencv-python opencv-contrib-python opencv-python-headless')
    assert ' uninstall ' in calls[-2]
    assert calls[-1].endswith('constraints.txt --no-deps opencv-python-headless')
    assert set_up() == (0, '', [])
    # An update brings the full build back, and the headless one has to follow it again.
    (tmp_path / 'my venv/.installed').unlink()
    code, _, calls = set_up()
    assert code == 0 and 'venv' not in calls and calls[-1].endswith('opencv-python-headless')


def test_what_was_interrupted_or_made_elsewhere_or_failed_is_set_up_again(set_up, tmp_path):
    set_up()
    stamp, python = tmp_path / 'my venv/.installed', tmp_path / 'my venv/bin/python'
    for prepare in (stamp.unlink, lambda: stamp.write_text('of another checkout\n')):
        prepare()
        code, _, calls = set_up()
        assert (code, len(calls)) == (0, 3)
    stamp.unlink()
    python.write_text(python.read_text().replace("'-m pip'*)", "'-m pip'*) exit 7;", 1))
    assert set_up()[0] != 0 and not stamp.exists()


@pytest.mark.parametrize('missing', [True, False])
def test_an_unsuitable_python_is_named(set_up, tmp_path, missing):
    if missing:
        (tmp_path / 'python').unlink()
    code, error, calls = set_up(UNSUPPORTED='1')
    assert (code, calls) == (1, [])
    assert ("there is no '" if missing else 'Python 3.9.1 is not supported') in error
    assert 'Python 3.10 to 3.13' in error
    assert not (tmp_path / 'my venv').exists()

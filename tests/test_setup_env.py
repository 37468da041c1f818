"""How the environment is made; a stand-in for python records what would be installed."""

import os
import subprocess
from pathlib import Path

import pytest
from paths import ROOT

# Answers as python, as `python -m venv` and as `python -m pip` do. Its cv2 works with libGL (the
# file of that name), or once the headless build is installed and nothing shadows it.
STAND_IN = r"""#!/bin/bash
home='{home}'
case "$1 $2 ${{*: -1}}" in
  '-c import sys'*) exit {unsupported} ;;
  '-c import cv2'*) [ -e "$home/libGL" ] || [ "$(cat "$home/cv2" 2>/dev/null)" = headless ] ;;
  '-c '*) exit 0 ;;
  '--version'*) echo 'Python 3.9.1' ;;
  '-m venv'*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && echo venv >> "$home/log" ;;
  '-m pip'*opencv-python-headless)
    echo "$*" >> "$home/log"
    case "$*" in *uninstall*) rm -f "$home/cv2" ;; *) echo headless > "$home/cv2" ;; esac ;;
  '-m pip'*) echo "$*" >> "$home/log"; case "$*" in *editable*) echo full > "$home/cv2" ;; esac ;;
  *) echo "unexpected: $*" >&2; exit 99 ;;
esac
"""


class Machine:
    """A folder that plays a computer with a given python."""

    def __init__(self, home: Path, supported: bool = True):
        self.home, self.venv, self.python = home, home / 'my venv', home / 'python'
        self.python.write_text(STAND_IN.format(home=home, unsupported=0 if supported else 1))
        self.python.chmod(0o755)
        (home / 'libGL').touch()

    def set_up(self, **environment) -> tuple[int, str, list[str]]:
        """Run the script: exit code, what it printed as errors, and the new pip and venv calls."""
        (self.home / 'log').write_text('')
        command = [ROOT / 'requirements/setup_env.sh', self.venv]
        env = os.environ | dict(environment, PYTHON=str(self.python))
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr, (self.home / 'log').read_text().splitlines()


def test_torch_comes_first_then_the_project_then_nothing(tmp_path):
    machine = Machine(tmp_path)
    code, _, calls = machine.set_up(TORCH_ARGS='--index-url somewhere')
    assert code == 0
    assert calls[0] == 'venv'
    assert [call.split('constraints.txt ')[1] for call in calls[1:]] == [
        'setuptools wheel',
        'torch --index-url somewhere',
        '--no-build-isolation --editable .[lite,export,test,dev,docs]',
    ]
    assert machine.set_up() == (0, '', [])


def test_without_libgl_the_headless_opencv_takes_the_place_of_both(tmp_path):
    machine = Machine(tmp_path)
    (tmp_path / 'libGL').unlink()
    code, _, calls = machine.set_up()
    assert code == 0
    assert calls[-2].endswith('opencv-python opencv-contrib-python opencv-python-headless')
    assert ' uninstall ' in calls[-2]
    assert calls[-1].endswith('constraints.txt --no-deps opencv-python-headless')
    assert machine.set_up() == (0, '', [])
    # An update brings the full build back, and the headless one has to follow it again.
    (machine.venv / '.installed').unlink()
    code, _, calls = machine.set_up()
    assert code == 0 and 'venv' not in calls and calls[-1].endswith('opencv-python-headless')


def test_what_was_interrupted_or_made_elsewhere_or_failed_is_set_up_again(tmp_path):
    machine = Machine(tmp_path)
    machine.set_up()
    stamp = machine.venv / '.installed'
    for prepare in (stamp.unlink, lambda: stamp.write_text('of another checkout\n')):
        prepare()
        code, _, calls = machine.set_up()
        assert (code, len(calls)) == (0, 3)
    stamp.unlink()
    python = machine.venv / 'bin/python'
    python.write_text(python.read_text().replace("'-m pip'*)", "'-m pip'*) exit 7;", 1))
    assert machine.set_up()[0] != 0 and not stamp.exists()


@pytest.mark.parametrize('missing', [True, False])
def test_an_unsuitable_python_is_named(tmp_path, missing):
    machine = Machine(tmp_path, supported=False)
    if missing:
        machine.python.unlink()
    code, error, calls = machine.set_up()
    assert (code, calls) == (1, [])
    assert ("there is no '" if missing else 'Python 3.9.1 is not supported') in error
    assert 'Python 3.10 to 3.13' in error
    assert not machine.venv.exists()

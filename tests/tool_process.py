"""Runs the command-line tools: as processes, or quicker within the process of the tests."""

import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from paths import ROOT

#: Folder of mmaction2's stock scripts.
STOCK_TOOLS = Path(find_spec('mmaction').origin).parent / '.mim/tools'


def free_port() -> str:
    """Number of a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return str(free.getsockname()[1])


class Done(NamedTuple):
    """How a tool ended."""

    code: int
    out: str
    err: str

    def sentence(self) -> str:
        """What it complained of: one sentence, exit code 1, no traceback."""
        complaints = [line for line in self.err.splitlines() if line.startswith('error: ')]
        assert self.code == 1, self
        assert 'Traceback' not in self.out + self.err, self.err
        assert len(complaints) == 1 and self.err.splitlines()[-1] == complaints[0], self.err
        return complaints[0].removeprefix('error: ')


def start_process(script: Path, *arguments, **environment) -> subprocess.Popen:
    """Start a tool as its own process, with this checkout's package."""
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)],
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1', **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_process(script: Path, *arguments, **environment) -> Done:
    """Run a tool as its own process, to its end."""
    process = start_process(script, *arguments, **environment)
    streams = process.communicate()
    return Done(process.returncode, *streams)


#: Runs a script as if the modules that are named first were not installed.
WITHOUT = """
import runpy, sys
from importlib.machinery import PathFinder

absent, find_spec = sys.argv[1].split(','), PathFinder.find_spec
PathFinder.find_spec = lambda name, *args: None if name in absent else find_spec(name, *args)
sys.path[0] = sys.argv[2].rpartition('/')[0]
sys.argv[:2] = []
runpy.run_path(sys.argv[0], run_name='__main__')
"""


def run_without(modules: str, folder: Path, script: Path, *arguments) -> Done:
    """As :func:`run_process`, without these modules; their names are separated by commas."""
    (folder / 'without.py').write_text(WITHOUT)
    return run_process(folder / 'without.py', modules, script, *arguments)

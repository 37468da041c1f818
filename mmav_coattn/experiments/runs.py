"""Trainings and evaluations of several seeds: each is made once, and goes on where it stopped."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from mmengine.config import Config

from mmav_coattn.errors import ConfigError, UserError


def fingerprint(cfg: Config, also: bytes) -> str:
    """Short name of what a run is made from: the whole config, and what else it depends on."""
    return hashlib.sha256(cfg.pretty_text.encode() + also).hexdigest()[:16]


class RunFolder:
    """The folder of a run, with a note of what it was made from (``mark``, the run's
    :func:`fingerprint`), and its figures.

    Raises:
        ConfigError: If the folder holds a run of something else.
    """

    def __init__(self, folder: Path, mark: str) -> None:
        self.folder = folder
        begun, self._done = folder / 'begun.txt', folder / 'figures.json'
        if begun.is_file() and begun.read_text(encoding='utf-8') != mark:
            raise ConfigError(
                f'{folder} holds a run of another config or other options: give another '
                '--work-dir, or delete it.'
            )
        folder.mkdir(parents=True, exist_ok=True)
        begun.write_text(mark, encoding='utf-8')

    def finished(self) -> dict | None:
        """The figures, if the run was finished before."""
        return json.loads(self._done.read_text('utf-8')) if self._done.is_file() else None

    def finish(self, figures: dict) -> dict:
        """Keep the figures."""
        self._done.write_text(json.dumps(figures, indent=1) + '\n', encoding='utf-8')
        return figures


def make_all(runs: Iterable[tuple[str, Callable[[], dict]]], show: Callable[[list], str]) -> None:
    """Make runs, each a name and what returns its figures; one that fails does not stop the others.

    ``show`` is called with the figures so far after each run, and returns what to print at the end.

    Raises:
        UserError: At the end, if a run failed.
    """
    made, failures, text = [], [], ''
    for name, make in runs:
        try:
            made.append(make())
        except UserError as error:
            failures.append(f'{name}: {error}')
            print(f'failed: {failures[-1]}', flush=True)
        else:
            text = show(made)
    if made:
        print(text)
    if failures:
        raise UserError(f'{len(failures)} runs failed: ' + '; '.join(failures))


def scripts(stock: bool = False) -> Path:
    """Folder of ``train.py`` and ``test.py``: ours, or those that mmaction2 installed."""
    package = Path(find_spec('mmaction' if stock else 'mmav_coattn').origin).parent
    # In a checkout ours lie beside the package, else where the wheel put them.
    beside = package.parent / 'tools'
    own = not stock and (beside / 'train.py').is_file()
    return beside if own else package / '.mim' / 'tools'


def run_script(script: Path, log: Path, *arguments) -> None:
    """Run a script in a process of its own; its output is added to a file.

    Raises:
        UserError: If it fails; names the file.
    """
    root = Path(find_spec('mmav_coattn').origin).parent.parent
    paths = os.pathsep.join(filter(None, [str(root), os.environ.get('PYTHONPATH', '')]))
    command = [sys.executable, str(script), *map(str, arguments)]
    environment = {**os.environ, 'PYTHONPATH': paths}
    with log.open('a', encoding='utf-8') as output:
        code = subprocess.call(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
    if code:
        last = (log.read_text(encoding='utf-8').strip().splitlines() or ['no output'])[-1]
        raise UserError(f'{script.name} ended with code {code}; its output is in {log}: {last}')


def train(cfg: Config, folder: Path, tools: Path) -> Path:
    """Train by ``train.py``, or go on with a training that was interrupted.

    The config is written to ``folder/config.py``; logs and checkpoints lie in ``folder/train``.
    Returns the last checkpoint.
    """
    config, out = folder / 'config.py', folder / 'train'
    cfg.dump(str(config))
    unit = 'iter' if 'max_iters' in cfg.train_cfg else 'epoch'
    checkpoint = out / f'{unit}_{cfg.train_cfg[f"max_{unit}s"]}.pth'
    if not checkpoint.is_file():
        # mmaction2's own script drops load_from, a tower, where it is told to resume.
        resume = ['--resume'] if any(out.glob('*.pth')) else []
        run_script(tools / 'train.py', folder / 'train.log', config, '--work-dir', out, *resume)
    return checkpoint


def evaluate(config: Path, checkpoint: Path, tools: Path, name: str = 'test') -> dict[str, float]:
    """Figures of a checkpoint by ``test.py``, which works in a folder of that name."""
    out = config.parent / name
    log = config.parent / f'{name}.log'
    run_script(tools / 'test.py', log, config, checkpoint, '--work-dir', out)
    return json.loads(sorted(out.glob('*/*.json'))[-1].read_text(encoding='utf-8'))

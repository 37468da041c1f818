"""Audio-visual co-attention networks for MMAction2, learnt from videos with sound, without labels.

Importing the package registers its modules into ``mmaction.registry``; a config does that with
``custom_imports = dict(imports=['mmav_coattn'], allow_failed_imports=False)``. Two cases are
light: the console command, which registers once its arguments are parsed, and an environment
without torch, in which SoundingShapes can be generated.
"""

import importlib.util
import multiprocessing
import sys
import warnings
from pathlib import Path

from .version import __version__

__all__ = ['__version__', 'register']


def register() -> None:
    """Apply the shims and register all modules into ``mmaction.registry``. Safe to call twice.

    Raises:
        MissingDependencyError: If mmcv or mmaction2 is not installed.
    """
    from . import checkpoint_files, compat

    compat.apply()
    checkpoint_files.apply()
    with warnings.catch_warnings():
        # mmcv-lite lacks an operator that nothing here uses.
        warnings.filterwarnings('ignore', 'Fail to import ``MultiScaleDeformableAttention``')
        from . import datasets, engine, evaluation, models, visualization  # noqa: F401


def _is_console_command() -> bool:
    """Whether this process, not a worker of it, was started as ``mmav-coattn``."""
    started_as = Path(sys.argv[0]).stem if sys.argv else ''
    return started_as == 'mmav-coattn' and multiprocessing.parent_process() is None


if importlib.util.find_spec('torch') is not None and not _is_console_command():
    register()

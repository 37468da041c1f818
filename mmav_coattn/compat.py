"""The few shims that today's stack needs, each with its reason, each inactive where not needed.

:func:`apply` runs once, when ``mmav_coattn`` is imported, and before ``mmaction.models`` is.
"""

import importlib.util
import sys
import types
import warnings
from importlib.machinery import ModuleSpec
from importlib.metadata import distributions
from pathlib import Path

import torch

from . import safe_load
from .errors import MissingDependencyError

DRN_PACKAGE = 'mmaction.models.localizers.drn'


def apply() -> None:
    """Apply every shim. Safe to call more than once."""
    require_openmmlab()
    provide_missing_drn()
    allow_mmengine_checkpoints()
    safe_load.apply()


def require_openmmlab() -> None:
    """Raise MissingDependencyError without mmaction2 or mmcv; warn of two builds of mmcv.

    Neither build of mmcv is a hard dependency of this package: they share one folder, so a
    requirement of ``mmcv-lite`` would write over the full ``mmcv`` of a user who has that.
    """
    if importlib.util.find_spec('mmaction') is None:
        raise MissingDependencyError(
            "mmaction2 is not installed. Run: pip install 'mmaction2>=1.2,<2'"
        )
    if importlib.util.find_spec('mmcv') is None:
        raise MissingDependencyError(
            'Neither mmcv nor mmcv-lite is installed, and mmaction2 needs one of them. Run: '
            "pip install 'mmcv-lite>=2.0.0rc4,<2.2' (enough for everything here), or install the "
            'full mmcv of the same versions; never both in one environment.'
        )
    if all(any(distributions(name=name)) for name in ('mmcv', 'mmcv-lite')):
        warnings.warn(
            'Both mmcv and mmcv-lite are installed. They share one folder, and the one installed '
            'last has written over files of the other. Uninstall both, then install one.',
            stacklevel=2,
        )


def require_pkg_resources() -> None:
    """Say what to install where setuptools no longer brings ``pkg_resources``.

    mmengine imports it to resolve ``_base_ = 'mmaction::...'``, and setuptools 82 dropped it.
    For tools to call before they read a config; models work without it.

    Raises:
        MissingDependencyError: If it is absent.
    """
    if importlib.util.find_spec('pkg_resources') is None:
        raise MissingDependencyError(
            'mmengine needs pkg_resources to read a config that inherits from mmaction2, and the '
            "installed setuptools does not bring it. Run: pip install 'setuptools<81'"
        )


def provide_missing_drn() -> None:
    """Register a placeholder for ``mmaction.models.localizers.drn`` where the wheel lacks it.

    The wheel of mmaction2 1.2.0 on the package index was built without that folder, and yet
    ``mmaction.models`` imports ``DRN`` from it, so that importing it fails
    (open-mmlab/mmaction2#2714). An install from its git repository has the folder and is left
    alone. The placeholder is in no registry, and constructing it says why it cannot be used.
    """
    roots = importlib.util.find_spec('mmaction').submodule_search_locations
    has_drn = any((Path(root) / 'models/localizers/drn/drn.py').is_file() for root in roots)
    if has_drn or DRN_PACKAGE in sys.modules:
        return

    class DRN:
        """Placeholder: this install of mmaction2 does not contain the DRN localizer."""

        def __init__(self, *args, **kwargs) -> None:
            raise ImportError(
                'The installed mmaction2 wheel does not contain the DRN localizer '
                '(open-mmlab/mmaction2#2714). Install mmaction2 from its git repository to use it.'
            )

    package, module = types.ModuleType(DRN_PACKAGE), types.ModuleType(f'{DRN_PACKAGE}.drn')
    package.__path__, package.drn, module.DRN = [], module, DRN
    package.__spec__ = ModuleSpec(DRN_PACKAGE, loader=None, is_package=True)
    module.__spec__ = ModuleSpec(f'{DRN_PACKAGE}.drn', loader=None)
    sys.modules.update({package.__name__: package, module.__name__: module})


def rebuild_history_buffer(log_history, count_history, max_length):
    """Rebuild a :class:`mmengine.logging.HistoryBuffer` from its plain contents."""
    from mmengine.logging import HistoryBuffer

    return HistoryBuffer(log_history, count_history, max_length)


def _reduce_history_buffer(self):
    return rebuild_history_buffer, (self._log_history, self._count_history, self.max_length)


def allow_mmengine_checkpoints() -> None:
    """Make mmengine's checkpoints loadable with ``weights_only=True``, torch's default since 2.6.

    mmengine pickles its log buffers by bound methods, which needs ``getattr`` to load, and
    allow-listing ``getattr`` would let a checkpoint run code. So the buffer is pickled by its plain
    contents instead, and only the function that rebuilds it and numpy's own are allow-listed; not
    the buffer's class, whose ``__setstate__`` would write what it is given into the class itself.
    """
    import numpy as np
    from mmengine.logging import HistoryBuffer

    HistoryBuffer.__reduce__ = _reduce_history_buffer

    try:
        from numpy._core import multiarray
    except ImportError:  # numpy < 2
        from numpy.core import multiarray
    allowed = [rebuild_history_buffer, np.ndarray, np.dtype]
    # numpy pickles a dtype by its own class, e.g. numpy.dtypes.Float64DType.
    codes = '?' + np.typecodes['AllInteger'] + np.typecodes['Float']
    allowed += [type(np.dtype(code)) for code in codes]
    # A file written by numpy 1 names numpy.core, one by numpy 2 numpy._core; both mean the same.
    allowed += [
        (getattr(multiarray, name), f'numpy.{core}.multiarray.{name}')
        for core in ('core', '_core')
        for name in ('_reconstruct', 'scalar')
    ]
    torch.serialization.add_safe_globals(allowed)

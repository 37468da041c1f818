"""Audio-visual co-attention networks for MMAction2, learnt from videos with sound, without labels.

Importing the package registers its modules into ``mmaction.registry``; a config does that with
``custom_imports = dict(imports=['mmav_coattn'], allow_failed_imports=False)``.
"""

import warnings

from . import checkpoint_files, compat
from .version import __version__

compat.apply()
checkpoint_files.apply()

with warnings.catch_warnings():
    # mmcv-lite lacks an operator that nothing here uses.
    warnings.filterwarnings('ignore', 'Fail to import ``MultiScaleDeformableAttention``')
    from . import datasets, engine, evaluation, models, visualization  # noqa: F401

__all__ = ['__version__']

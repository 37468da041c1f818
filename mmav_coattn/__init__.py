"""Audio-visual co-attention networks for MMAction2, learnt from videos with sound, without labels.

Importing the package registers its modules into ``mmaction.registry``; a config does that with
``custom_imports = dict(imports=['mmav_coattn'], allow_failed_imports=False)``.
"""

from . import checkpoint_files, compat
from .version import __version__

compat.apply()
checkpoint_files.apply()

from . import datasets, engine, evaluation, models, visualization  # noqa: E402, F401

__all__ = ['__version__']

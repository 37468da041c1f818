"""A data root that was changed, but not where the data is read, stops the run."""

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmav_coattn.config import DATALOADERS, iter_datasets
from mmav_coattn.errors import ConfigError


@HOOKS.register_module()
class DataRootGuardHook(Hook):
    """Refuse to run when the recipe's ``data_root`` and its datasets disagree.

    ``--cfg-options data_root=FOLDER`` changes a variable that was already copied into the datasets.
    The tools of this package carry it on; mmaction2's stock scripts do not, and would go on with
    the old folder without a word, so there it is a ``ConfigError``.
    """

    def before_run(self, runner: Runner) -> None:
        wanted = runner.cfg.get('data_root')
        roots = {dataset.get('data_root') for dataset in iter_datasets(runner.cfg)}
        used = sorted(map(str, roots - {None}))
        if wanted is not None and used and str(wanted) not in used:
            raise ConfigError(
                f'data_root={wanted} is set, but the datasets read from {", ".join(used)}. Give '
                "the folder by the environment variable MMAV_DATA_ROOT, or use this package's "
                f'tools/train.py and tools/test.py, or set it in {", ".join(DATALOADERS)}.'
            )

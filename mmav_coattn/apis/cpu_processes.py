"""Several training processes on a machine without a GPU."""

from __future__ import annotations

import torch
import torch.distributed as dist
from mmengine.config import Config

from mmav_coattn.errors import ConfigError

#: With its scope, because mmengine looks the wrapper up from the root of its registries.
WRAPPER = 'mmaction.CPUDistributedDataParallel'


def prepare_processes(cfg: Config) -> None:
    """Let a launcher's processes find one another where there is no GPU.

    mmengine's launchers choose a GPU for each process, and its ``sync_bn`` needs one; both fail
    without. So there the processes are joined here, by gloo, before mmengine would, and ``sync_bn``
    goes to :class:`~mmav_coattn.models.cross_process_batch_norm.CPUDistributedDataParallel`. With
    a GPU, or with one process, nothing is done.

    Args:
        cfg (Config): Changed in place.

    Raises:
        ConfigError: If the launcher is one that does not tell torch about its processes.
    """
    if cfg.get('launcher', 'none') == 'none' or torch.cuda.is_available():
        return
    if cfg.launcher != 'pytorch':
        raise ConfigError(
            f'--launcher {cfg.launcher} needs GPUs, and torch finds none here; use '
            f'--launcher pytorch, as tools/dist_train.sh does.'
        )
    if not dist.is_initialized():
        dist.init_process_group('gloo')
    wrapper = dict(cfg.get('model_wrapper_cfg') or dict(type=WRAPPER))
    if wrapper['type'] == WRAPPER:
        wrapper.setdefault('sync_bn', bool(cfg.get('sync_bn')))
        wrapper.setdefault('find_unused_parameters', cfg.get('find_unused_parameters', False))
    cfg.model_wrapper_cfg = wrapper
    cfg.sync_bn = None

"""Several training processes on a machine without a GPU."""

import torch
import torch.distributed as dist
from mmengine.config import Config

from mmav_coattn.errors import ConfigError


def prepare_processes(cfg: Config) -> None:
    """Let a launcher's processes find one another where there is no GPU.

    mmengine's launchers and its distributed wrapper choose a GPU for each process. So here the
    processes are joined by gloo before mmengine would, and the wrapper of ``cfg`` gets no device.
    With a GPU, or with one process, nothing is done.

    Raises:
        ConfigError: If the launcher is one that does not tell torch about its processes, or the
            config has ``sync_bn``, which torch has for GPUs only.
    """
    if cfg.get('launcher', 'none') == 'none' or torch.cuda.is_available():
        return
    if cfg.launcher != 'pytorch':
        raise ConfigError(
            f'--launcher {cfg.launcher} needs GPUs, and torch finds none here; use '
            f'--launcher pytorch, as tools/dist_train.sh does.'
        )
    if cfg.get('sync_bn'):
        raise ConfigError(
            f'sync_bn={cfg.sync_bn!r} needs GPUs, and torch finds none here; leave sync_bn out.'
        )
    if not dist.is_initialized():
        dist.init_process_group('gloo')
    unused = cfg.get('find_unused_parameters', False)
    wrapper = dict(type='MMDistributedDataParallel', device_ids=None, broadcast_buffers=False)
    cfg.setdefault('model_wrapper_cfg', dict(wrapper, find_unused_parameters=unused))

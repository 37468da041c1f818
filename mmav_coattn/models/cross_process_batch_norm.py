"""Batch normalisation over the batches of all processes, on any device."""

from __future__ import annotations

import torch
import torch.distributed as dist
from mmaction.registry import MODEL_WRAPPERS
from mmengine.model import MMDistributedDataParallel
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class _SumOverProcesses(torch.autograd.Function):
    """Sum a tensor over processes; its gradient is summed likewise."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        total = x.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total


class CrossProcessBatchNorm(_BatchNorm):
    """Batch normalisation whose statistics are those of the batches of all processes.

    torch's ``SyncBatchNorm`` does the same with CUDA kernels and refuses CPU tensors; this one is
    made of plain operations.
    """

    def _check_input_dim(self, x: Tensor) -> None:
        pass

    def forward(self, x: Tensor) -> Tensor:
        """(M, C, ...) -> (M, C, ...)."""
        if not (self.training and dist.is_initialized()):
            return super().forward(x)
        axes = [axis for axis in range(x.ndim) if axis != 1]
        shape = [1, -1] + [1] * (x.ndim - 2)
        values = x.float()
        count = torch.full((1,), x.numel() / x.shape[1], device=x.device)
        sums = _SumOverProcesses.apply(torch.cat([values.sum(axes), count]))
        total = sums[-1].detach()
        mean = sums[:-1] / total
        # Around the common mean, since a difference of squares would cancel.
        centred = values - mean.view(shape)
        variance = _SumOverProcesses.apply(centred.square().sum(axes)) / total
        if self.track_running_stats:
            self._keep(mean.detach(), variance.detach() * total / (total - 1))
        normed = centred * (variance + self.eps).rsqrt().view(shape)
        if self.affine:
            normed = normed * self.weight.view(shape) + self.bias.view(shape)
        return normed.to(x.dtype)

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        self.num_batches_tracked.add_(1)
        share = self.momentum
        if share is None:
            share = 1 / self.num_batches_tracked.item()
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)


def synchronize_batch_norms(module: nn.Module) -> nn.Module:
    """Turn every batch normalisation of a network into a :class:`CrossProcessBatchNorm`.

    Args:
        module (nn.Module): Changed in place; parameters and statistics stay the same objects.

    Returns:
        nn.Module: The network.
    """
    for each in module.modules():
        if isinstance(each, _BatchNorm):
            each.__class__ = CrossProcessBatchNorm
    return module


@MODEL_WRAPPERS.register_module()
class CPUDistributedDataParallel(MMDistributedDataParallel):
    """mmengine's distributed wrapper for processes without GPUs.

    Args:
        module (nn.Module): The network.
        sync_bn (bool): Whether batch normalisation looks at the batches of all processes, which
            makes several processes compute what one with the whole batch does.
        device_ids (list, optional): Not used; mmengine gives it to every such wrapper.
        **kwargs: Of :class:`mmengine.model.MMDistributedDataParallel`.
    """

    def __init__(
        self, module: nn.Module, sync_bn: bool = False, device_ids: list | None = None, **kwargs
    ) -> None:
        if sync_bn:
            synchronize_batch_norms(module)
        kwargs.setdefault('broadcast_buffers', False)
        super().__init__(module=module, **kwargs)

"""Two processes with half a batch each compute what one computes with all of it."""

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

from mmav_coattn.models.cross_process_batch_norm import (
    CrossProcessBatchNorm,
    synchronize_batch_norms,
)


def make_network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2)
    )


def make_batch():
    # The halves differ in mean and spread, so that their own statistics would not do.
    halves = torch.randn(2, 4, 2, 8, 8, generator=torch.Generator().manual_seed(1))
    return halves * torch.tensor([1.0, 3.0]).view(2, 1, 1, 1, 1) + torch.tensor([0.0, 5.0]).view(
        2, 1, 1, 1, 1
    )


def work(rank, store, results):
    dist.init_process_group('gloo', init_method=f'file://{store}', rank=rank, world_size=2)
    network = synchronize_batch_norms(make_network())
    output = network(make_batch()[rank])
    output.pow(3).sum().backward()
    gradients = [each.grad.clone() for each in network.parameters()]
    for each in gradients:
        dist.all_reduce(each)
    network.eval()
    evaluated = network(make_batch()[rank])
    torch.save(
        (output.detach(), gradients, dict(network.named_buffers()), evaluated.detach()),
        f'{results}/{rank}.pt',
    )
    dist.destroy_process_group()


def test_two_processes_against_one(tmp_path):
    mp.spawn(work, (str(tmp_path / 'store'), str(tmp_path)), nprocs=2)
    first, second = (torch.load(tmp_path / f'{rank}.pt') for rank in range(2))
    network = make_network()
    output = network(make_batch().flatten(0, 1))
    output.pow(3).sum().backward()
    torch.testing.assert_close(torch.cat([first[0], second[0]]), output, rtol=1e-4, atol=1e-5)
    for gradient, each in zip(first[1], network.parameters(), strict=True):
        torch.testing.assert_close(gradient, each.grad, rtol=1e-3, atol=1e-2)
    for name, value in network.named_buffers():
        torch.testing.assert_close(first[2][name], value, rtol=1e-4, atol=1e-5)
        assert torch.equal(first[2][name], second[2][name])
    network.eval()
    evaluated = network(make_batch().flatten(0, 1))
    torch.testing.assert_close(torch.cat([first[3], second[3]]), evaluated, rtol=1e-4, atol=1e-5)


def test_one_process_is_plain_batch_normalisation():
    x = torch.randn(4, 3, 5)
    plain = nn.BatchNorm1d(3)
    ours = synchronize_batch_norms(nn.BatchNorm1d(3))
    assert type(ours) is CrossProcessBatchNorm
    torch.testing.assert_close(ours(x), plain(x))
    assert torch.equal(ours.running_var, plain.running_var)

import logging
import math

import numpy as np
import pytest
import torch
import torch.multiprocessing as multiprocessing
from mmaction.registry import METRICS
from mmaction.structures import ActionDataSample
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger

from mmav_coattn.errors import UserError


def make_sample(index: int, scores, shift=(0.0, 0.5), **fields) -> ActionDataSample:
    sample = ActionDataSample(metainfo=dict(relpath=f'clip{index}.mp4', shift=list(shift)))
    values = dict(sync_scores=scores, sync_label=torch.eye(len(scores))[0], **fields)
    for name, value in values.items():
        sample.set_field(torch.as_tensor(value), name, dtype=torch.Tensor)
    return sample


def make_unusable(index: int) -> ActionDataSample:
    reason = ('silent', f'/data/clip{index}.mp4: the sound is silent')
    return ActionDataSample(metainfo={'relpath': f'clip{index}.mp4', 'unusable': reason})


def evaluate(samples, size=None, **kwargs) -> dict:
    evaluator = Evaluator(METRICS.build({'type': 'SyncMetric', **kwargs}))
    evaluator.process(data_samples=samples)
    return evaluator.evaluate(len(samples) if size is None else size)


def test_figures_by_hand():
    half = torch.tensor([2.0, 3.0], dtype=torch.bfloat16)  # of a network in half precision
    first = make_sample(0, [1.0, -1.0], shift=(0, 0.5), sync_scores_video_blank=[1.0, 1.0])
    second = make_sample(1, half, shift=(0, -1.3), sync_scores_video_blank=[1.0, -1.0])
    entropy = sum(math.log1p(math.exp(x)) for x in (-1, -1, -2, 3)) / 4
    expected = {
        'cross_entropy': entropy,
        'accuracy': 0.75,
        'auroc': 0.5,
        'pair_accuracy': 0.5,
        'accuracy_|shift|_0.4-0.6': 1.0,
        'accuracy_|shift|_1.2-1.6': 0.5,
        'accuracy_video_blank': 0.75,
        'auroc_video_blank': 0.75,
        'num_clips': 2,
        'num_pairs': 2,
        'left_out': 1,
    }
    found = evaluate([first, second, make_unusable(2)])
    assert found == pytest.approx({f'sync/{name}': value for name, value in expected.items()})


def test_left_out_files_and_a_diverged_model_are_named(caplog, monkeypatch):
    logger = MMLogger.get_current_instance()
    monkeypatch.setattr(logger, 'handlers', [caplog.handler])
    monkeypatch.setattr(logger, 'level', logging.INFO)  # another test may have made it quieter
    evaluate([make_sample(0, [1.0, -1.0]), *map(make_unusable, range(1, 5))], num_listed=3)
    said = '4 of 5 files were left out of the evaluation (silent: 4):\n'
    said += ''.join(f'  clip{i}.mp4: /data/clip{i}.mp4: the sound is silent\n' for i in (1, 2, 3))
    assert f'{said}  ... and 1 more' in caplog.text
    with pytest.raises(UserError, match=r'None of the 2 files .*silent: 2.*clip0.mp4'):
        evaluate([make_unusable(0), make_unusable(1)])
    with pytest.raises(ValueError, match='clip7.mp4.*diverged'):
        evaluate([make_sample(7, [float('nan'), 0.0])])


def _evaluate_share(rank: int, samples: list, folder: str) -> None:
    meet = f'file://{folder}/rendezvous'
    torch.distributed.init_process_group('gloo', init_method=meet, rank=rank, world_size=2)
    # As DefaultSampler does it: round robin, padded from the start to equal shares.
    share = [*samples, samples[0]][rank::2]
    metrics = evaluate(share, size=len(samples), collect_dir=f'{folder}/collect')
    torch.save(metrics, f'{folder}/metrics{rank}.pt')
    torch.distributed.destroy_process_group()


def test_two_processes_give_the_figures_of_one(tmp_path):
    samples = [
        make_sample(index, np.random.normal(size=3), shift=[0.0, *np.random.uniform(0.4, 2, 2)])
        for index in range(11)
    ]
    samples[4] = make_unusable(4)
    # Forked, as spawned processes take seconds to import what this one has.
    args = samples, str(tmp_path)
    multiprocessing.start_processes(_evaluate_share, args, nprocs=2, start_method='fork')
    alone = evaluate(samples)
    assert alone['sync/num_clips'] == 10 and alone['sync/left_out'] == 1
    for rank in range(2):
        assert torch.load(tmp_path / f'metrics{rank}.pt') == alone

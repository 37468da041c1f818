"""Figures of several networks over seeds, as one table."""

import copy
import math
import statistics
from collections.abc import Sequence
from pathlib import Path

from mmaction.registry import MODELS
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope

from mmav_coattn.errors import ConfigError
from mmav_coattn.visualization.curves import read_scalars

from .complexity import input_size, network_complexity

#: Columns: title, key of a run's figures.
COLUMNS = (
    ('accuracy', 'sync/accuracy'),
    ('AUROC', 'sync/auroc'),
    ('video blanked', 'sync/accuracy_video_blank'),
    ('audio blanked', 'sync/accuracy_audio_blank'),
    ('offset Acc@1', 'offset/acc1'),
    ('offset Acc@1 +-1', 'offset/acc1_tol'),
)


def sliding_config(cfg: Config) -> Config:
    """The config whose test reads the offset off by sliding the audio along a clip of each file.

    Batches have one file, since files differ in length.

    Raises:
        ConfigError: If the pipeline has no ``SampleSyncWindows``.
    """
    cfg = copy.deepcopy(cfg)
    pipeline = cfg.test_dataloader.dataset.pipeline
    where = [i for i, t in enumerate(pipeline) if t.type == 'SampleSyncWindows']
    if not where:
        raise ConfigError('The test pipeline has no SampleSyncWindows to slide instead of.')
    seconds = pipeline[where[0]].clip_seconds
    step = seconds / next(t.num_frames for t in pipeline if t.type == 'LoadFrames')
    pipeline[where[0]] = ConfigDict(type='SlideSyncWindows', clip_seconds=seconds, grid=step)
    cfg.test_dataloader.batch_size = 1
    cfg.test_evaluator = dict(type='OffsetMetric', tolerance=step)
    cfg.model.test_cfg = dict(cfg.model.get('test_cfg') or {}, blind_controls=False)
    return cfg


def network_size(cfg: Config) -> tuple[int, float]:
    """Parameters, and FLOPs per evaluated pair (one in-sync and one shifted window a clip)."""
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    shape = cfg.num_frames, input_size(cfg), cfg.clip_seconds, cfg.audio_seconds
    parameters, flops = network_complexity(MODELS.build(cfg.model), *shape)['whole network']
    return parameters, flops / 2


def training_curve(work_dir: Path) -> list[list[float]]:
    """Validation accuracy by training step, from a run's log."""
    train, val = read_scalars(work_dir)
    steps = max(record['step'] for record in train) / train[-1]['epoch']
    return [[r['step'] * steps, r['sync/accuracy']] for r in val if 'sync/accuracy' in r]


def mean_and_deviation(values: Sequence[float], decimals: int) -> str:
    """``0.912 +- 0.004``; the deviation is that of a sample, and left out of a single value."""
    mean = f'{statistics.fmean(values):.{decimals}f}'
    if len(values) == 1:
        return mean
    return f'{mean} +- {statistics.stdev(values):.{decimals}f}'


def interval(
    values: Sequence[float], reference: Sequence[float] | None = None
) -> tuple[float, float]:
    """95 % confidence interval of the mean over seeds, by Student's t; nan of a single value.

    With a ``reference``: of the difference of both means, by Welch's t; nothing is paired.
    """
    if 1 in (len(values), len(values if reference is None else reference)):
        return math.nan, math.nan
    from scipy.stats import ttest_1samp, ttest_ind  # here, as importing it takes a second

    if reference is None:
        found = ttest_1samp(values, 0.0)
    else:
        found = ttest_ind(values, reference, equal_var=False)
    low, high = found.confidence_interval(0.95)
    return float(low), float(high)


def difference_in_points(values: Sequence[float], reference: Sequence[float]) -> str:
    """``-6.0 [-7.9, -4.1]``: difference of the means and its interval, in points of per cent."""
    points = f'{100 * (statistics.fmean(values) - statistics.fmean(reference)):+.1f}'
    low, high = interval(values, reference)
    return points if math.isnan(low) else f'{points} [{100 * low:+.1f}, {100 * high:+.1f}]'


def write_table(runs: Sequence[dict], out: Path) -> Path:
    """Write one Markdown table: a line a network, mean and deviation over its seeds.

    Its accuracy is also given with the 95 % interval of the mean, and as the difference to the
    first network's. ``runs`` have ``name``, ``seed``, ``parameters``, ``flops_per_pair`` and those
    figures of :data:`COLUMNS` that were measured. Returns ``out``.
    """
    titles = ['network', 'seeds', *(title for title, _ in COLUMNS)]
    titles += ['parameters, M', 'GFLOPs per pair']
    titles[3:3] = ['95 % interval', 'points against the first']
    first = [run['sync/accuracy'] for run in runs if run['name'] == runs[0]['name']]
    lines = [' | '.join(titles), ' | '.join('---' for _ in titles)]
    for name in dict.fromkeys(run['name'] for run in runs):
        own = [run for run in runs if run['name'] == name]
        cells = [f'`{name}`', ', '.join(str(run['seed']) for run in own)]
        for _, key in COLUMNS:
            values = [run[key] for run in own if run.get(key) is not None]
            cells.append(mean_and_deviation(values, 3) if values else '-')
        accuracies = [run['sync/accuracy'] for run in own]
        low, high = interval(accuracies)
        points = '-' if name == runs[0]['name'] else difference_in_points(accuracies, first)
        cells[3:3] = ['-' if math.isnan(low) else f'{low:.3f}-{high:.3f}', points]
        cells += [f'{own[0]["parameters"] / 1e6:.2f}', f'{own[0]["flops_per_pair"] / 1e9:.2f}']
        lines.append(' | '.join(cells))
    clips = sorted({int(run['sync/num_clips']) for run in runs if 'sync/num_clips' in run})
    note = (
        'Mean +- standard deviation over seeds; intervals of the mean and of the difference by '
        f"Student's and Welch's t; N = {', '.join(map(str, clips))} clips; chance of accuracy and "
        'of both blind controls is 0.5. Last epochs.'
    )
    chance = [run['offset/chance_acc1_tol'] for run in runs if 'offset/chance_acc1_tol' in run]
    if chance:
        note += f' Chance of offset Acc@1 +-1: {statistics.fmean(chance):.3f}.'
    out.write_text('\n'.join(f'| {line} |' for line in lines) + f'\n\n{note}\n', encoding='utf-8')
    return out

"""Overlays with ground truth: each clip, and a sheet of the best, median and worst."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from mmaction.registry import HOOKS
from mmengine.dataset import pseudo_collate
from mmengine.dist import master_only
from mmengine.runner import Runner

from mmav_coattn.visualization.heatmap import map_weights
from mmav_coattn.visualization.sheets import localization_cell, stack_cells

from .attention_visualization_hook import AttentionVisualizationHook, _unwrap

RANKS = ('best', 'median', 'worst')
#: Clips of each rank on the sheet, and moments of one clip on its image.
NUM_CASES, MAX_MOMENTS = 4, 6


@HOOKS.register_module()
class LocalizationVisualizationHook(AttentionVisualizationHook):
    """Overlay images with ground truth for ``tools/test.py --show-dir``.

    One JPEG a clip: each evaluated moment as a pair of images, the frame alone and with map,
    truth (green box) and the map's peak (cross). After the evaluation ``cases.png``: the clips that
    a :class:`SoundLocalizationMetric` scored best, those around the median, and the worst.

    Arguments are those of :class:`AttentionVisualizationHook`.
    """

    def _draw(self, runner: Runner, imgs: torch.Tensor, sample) -> None:
        name = sample.get('relpath', Path(sample.filename).name)
        targets = sample.localization_targets[:MAX_MOMENTS]
        cells = self._cells(runner, imgs, sample, targets, name)
        # Three moments a row stay readable.
        sheet = stack_cells([cells[first : first + 3] for first in range(0, len(cells), 3)])
        # A clip and its silent twin have one name.
        suffix = '.jpg' if sample.has_source else f'.{sample.get("silent_kind", "silent")}.jpg'
        self._write(sheet, name, suffix)

    def _cells(self, runner, imgs, sample, targets: list[dict], title: str) -> list[np.ndarray]:
        frames = imgs.reshape(imgs.shape[-4:]).permute(1, 2, 3, 0).cpu().numpy()
        weights = map_weights(sample.sound_map[0].cpu().numpy())
        confidence = float(sample.map_confidence[0])
        if not targets:
            what = 'no source in sight' if not sample.has_source else 'nothing to find'
            targets = [dict(time=None, boxes=[])]
            title = f'{title}  {what}'
        cells = []
        for target in targets:
            position, when = None, ''
            if target['time'] is not None:
                start, seconds = sample.window_starts[0], sample.clip_seconds
                position, when = (target['time'] - start) / seconds, f'  {target["time"]:.2f} s'
            caption = f'{title}{when}  confidence {confidence:.3f}'
            cells.append(localization_cell(frames, weights, target['boxes'], position, caption))
        return cells

    @master_only
    def after_test_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Draw the best, median and worst clips; reads those few again."""
        if not self.enable or self._folder is None:
            return
        scores = [
            pair
            for metric in runner.test_evaluator.metrics
            for pair in getattr(metric, 'clip_scores', [])
        ]
        if not scores:
            return
        ranked = sorted(scores, key=lambda pair: -pair[1])
        dataset = runner.test_dataloader.dataset
        rows = [
            [self._case(runner, dataset, *pair, rank) for pair in chosen]
            for rank, chosen in zip(RANKS, pick_cases(ranked, NUM_CASES), strict=True)
        ]
        self._write(stack_cells(rows), 'cases', '.png')
        runner.logger.info(f'Best, median and worst clips: {self._folder / "cases.png"}')

    def _case(self, runner, dataset, index: int, score: float, rank: str) -> np.ndarray:
        item = dataset[index]
        with torch.no_grad():
            (sample,) = _unwrap(runner).test_step(pseudo_collate([item]))
        title = f'{rank}: {sample.get("relpath", "")}  cIoU {score:.2f}'
        targets = sample.localization_targets
        middle = targets[len(targets) // 2 : len(targets) // 2 + 1]
        return self._cells(runner, item['inputs']['imgs'], sample, middle, title)[0]


def pick_cases(ranked: list, count: int) -> list[list]:
    """The first ``count`` of a list, those around its middle, and the last ones."""
    count = min(count, len(ranked))
    middle = (len(ranked) - count) // 2
    return [ranked[:count], ranked[middle : middle + count], ranked[len(ranked) - count :]]

"""Localisation of the sounding object, beside trivial floors on the same frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger

from mmav_coattn.errors import UserError
from mmav_coattn.evaluation.functional import (
    binarize_top_count,
    binarize_top_fraction,
    box_union_mask,
    centre_heatmap,
    ciou_success_and_auc,
    consensus_ciou,
    motion_energy_maps,
    pointing_hit,
    random_blob_heatmap,
)
from mmav_coattn.visualization.heatmap import upsample_heatmap

#: Rows of the table, the model first.
PREDICTORS = ('model', 'centre_disc', 'whole_image', 'random_blob', 'motion_energy')
FIGURES = ('adaptive_ciou50', 'adaptive_auc', 'ciou50', 'auc', 'mean_ciou', 'pointing')


@METRICS.register_module()
class SoundLocalizationMetric(BaseMetric):
    """Consensus IoU and pointing game per frame, for sets with boxes per frame.

    Objects move, so a map is compared with the box of its own moment. Every event of a sounding
    object inside the clip gives one evaluated frame: the step of the map nearest to the event, and
    as ground truth the object's box in the video frame nearest to the event.

    Needs of each data sample ``sound_map`` (1+K, T', H', W') of which window 0, the in-sync one, is
    read (``model.test_cfg.return_map=True``), and the meta information ``objects``, ``fps``,
    ``window_starts`` and ``clip_seconds`` (``PackAudioVisualInputs.extra_meta_keys``); of the batch
    the frames ``imgs``, for the floor by motion. A sample with ``unusable`` is left out, counted
    and named in the log.

    Floors, on the same frames: ``centre_disc``; ``whole_image``, a constant map of which the
    standard and adaptive masks keep every pixel and which points at the centre; ``random_blob``, a
    disc around a place drawn uniformly (from the seed and the name of the file); ``motion_energy``.

    Args:
        size (int): Side at which maps and boxes are compared, px.
        seed (int): Seed of the random blob.
        collect_device (str): ``'cpu'`` or ``'gpu'``.
        prefix (str, optional): Replaces ``localization``.
        collect_dir (str, optional): Shared folder for collecting on ``'cpu'``.

    Raises:
        UserError: If the model gave no map, the boxes are not there, or no frame is left.
        ValueError: If a map is not finite.
    """

    default_prefix = 'localization'

    def __init__(
        self,
        size: int = 224,
        seed: int = 0,
        collect_device: str = 'cpu',
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        self.size = size
        self.seed = seed

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Score the frames of each clip; one result a sample.

        Args:
            data_batch (dict): ``inputs`` with ``imgs``, a list of (1, C, T, H, W).
            data_samples (Sequence[dict]): See the class.
        """
        for imgs, sample in zip(data_batch['inputs']['imgs'], data_samples, strict=True):
            name = sample.get('relpath', sample.get('filename', ''))
            if sample.get('unusable') is not None:
                self.results.append(dict(name=name, sentence=sample['unusable'][1]))
                continue
            for key, remedy in (
                ('sound_map', 'set model.test_cfg.return_map=True'),
                ('objects', "add 'objects' and 'fps' to extra_meta_keys of PackAudioVisualInputs"),
            ):
                if key not in sample:
                    raise UserError(f'{name}: the data sample has no {key!r}; {remedy}.')
            maps = sample['sound_map'][0].float().cpu().numpy().astype(np.float64)
            self.results.append(dict(name=name, scores=self._score_clip(maps, imgs[0], sample)))

    def _score_clip(self, maps: np.ndarray, imgs: Any, sample: dict) -> np.ndarray:
        """Figures (frames, predictors, 3): adaptive cIoU, cIoU at half the image, pointing."""
        rng = np.random.default_rng([self.seed, *sample['relpath'].encode()])
        motion = motion_energy_maps(imgs.cpu().numpy())
        start, seconds = sample['window_starts'][0], sample['clip_seconds']
        scores = []
        for item in sample['objects']:
            if not item['sounding']:
                continue
            for event in item['events']:
                if not start <= event < start + seconds:
                    continue
                frame = min(round(event * sample['fps']), len(item['boxes']) - 1)
                truth = box_union_mask([item['boxes'][frame]], self.size)
                if not truth.any():
                    continue
                position = (event - start) / seconds
                heatmaps = dict(
                    model=self._resize(maps[int(position * len(maps))]),
                    centre_disc=centre_heatmap(self.size),
                    whole_image=None,
                    random_blob=random_blob_heatmap(self.size, rng),
                    motion_energy=self._resize(motion[int(position * len(motion))]),
                )
                scores.append([self._score(heatmaps[each], truth) for each in PREDICTORS])
        return np.array(scores).reshape(-1, len(PREDICTORS), 3)

    def _resize(self, heatmap: np.ndarray) -> np.ndarray:
        return upsample_heatmap(heatmap, (self.size, self.size))

    def _score(self, heatmap: np.ndarray | None, truth: np.ndarray) -> tuple[float, float, float]:
        if heatmap is None:  # the whole image
            ciou = consensus_ciou(np.ones_like(truth), truth)
            return ciou, ciou, float(truth[self.size // 2, self.size // 2])
        return (
            consensus_ciou(binarize_top_count(heatmap, int(truth.sum())), truth),
            consensus_ciou(binarize_top_fraction(heatmap), truth),
            float(pointing_hit(heatmap, truth)),
        )

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Summarise all evaluated frames and log the table of model and floors.

        Args:
            results (list[dict]): What :meth:`process` stored, of all processes.

        Returns:
            dict: The figures of the model by name, those of a floor as ``NAME_FLOOR``; besides
            ``num_frames``, ``num_clips``, ``num_clips_without_event`` and ``left_out``.
        """
        used = [result['scores'] for result in results if 'scores' in result]
        left_out = [result for result in results if 'scores' not in result]
        scores = np.concatenate(used) if used else np.zeros((0, len(PREDICTORS), 3))
        if len(scores) == 0:
            raise UserError(
                f'None of the {len(results)} clips has a frame in which an object sounds in sight '
                f'({len(left_out)} files could not be used). Check the data set of the evaluator.'
            )
        figures, lines = {}, ['predictor      ' + ' '.join(f'{name:>15}' for name in FIGURES)]
        for index, predictor in enumerate(PREDICTORS):
            adaptive = ciou_success_and_auc(scores[:, index, 0])
            half = ciou_success_and_auc(scores[:, index, 1])
            row = dict(
                adaptive_ciou50=adaptive['ciou50'],
                adaptive_auc=adaptive['auc'],
                ciou50=half['ciou50'],
                auc=half['auc'],
                mean_ciou=half['mean_ciou'],
                pointing=float(scores[:, index, 2].mean()),
            )
            lines.append(f'{predictor:<15}' + ' '.join(f'{row[name]:15.4f}' for name in FIGURES))
            suffix = '' if predictor == 'model' else f'_{predictor}'
            figures |= {f'{name}{suffix}': value for name, value in row.items()}
        counts = dict(
            num_frames=len(scores),
            num_clips=len(used),
            num_clips_without_event=sum(len(each) == 0 for each in used),
            left_out=len(left_out),
        )
        logger = MMLogger.get_current_instance()
        for each in left_out:
            logger.warning(f'{self.prefix}: left out {each["name"]}: {each["sentence"]}')
        logger.info(f'{self.prefix}: {counts}, seed {self.seed}\n' + '\n'.join(lines))
        return {name: float(value) for name, value in {**figures, **counts}.items()}

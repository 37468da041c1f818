"""Which sound is whose: maps and masks of several sources against their true solo audio."""

import re
from typing import Any

import numpy as np
from mmaction.registry import METRICS

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.evaluation.functional.localization import consensus_map
from mmav_coattn.evaluation.functional.localization_scores import best_assignment, score_heatmap
from mmav_coattn.evaluation.functional.separation import MelMasking, si_sdr
from mmav_coattn.sounding_shapes import draw_scene, render_solos

from .clip_predictors import maps_at
from .file_metric import FileMetric, to_array

SIZE = 224  # px


@METRICS.register_module()
class SourceSeparationMetric(FileMetric):
    """Whether each map belongs to its own sound, and how well the masks separate the sounds.

    For clips of SoundingShapes, whose solos are rendered. Needs of each data sample what
    :class:`AudioVisualRecognizer` adds with ``num_sources``, and the meta information of
    :class:`LocalizationTargets`; of the batch ``audio``. A clip that lacks a source is left out.

    Figures, under the prefix ``separation/``. Maps are assigned to sources twice: by location (the
    mean adaptive cIoU over the events of a source) and by sound (the SI-SDR of the masked audio
    against each solo); both are the one-to-one assignment with the largest sum. ``identity`` is the
    share of the clips in which both agree (0.5 by chance with two sources); ``si_sdr_improvement``,
    dB, the mean over all sources of the SI-SDR of the audio masked by the map at the source, minus
    that of the mixture; ``si_sdr_improvement_oracle`` the same with masks made of the solos;
    ``oracle_share`` the quotient; ``count`` the share of the clips with as many sources found as
    there are; and ``num_clips``, ``num_without_event``, ``left_out``.

    Args:
        log_mel (dict): Of the preprocessor.
        seed (int): Of the set.
        **kwargs: See :class:`FileMetric`.

    Raises:
        ConfigError: If a clip is none of SoundingShapes.
        UserError: If a field is absent, or no clip is left.
    """

    default_prefix = 'separation'
    REMEDIES = {
        'source_maps': 'set model.test_cfg.num_sources',
        'localization_targets': 'add LocalizationTargets to the pipeline and to extra_meta_keys',
    }

    def __init__(self, log_mel: dict, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = ('sample_rate', 'n_fft', 'win_length', 'hop_length', 'n_mels')
        self.masking = MelMasking(**{name: log_mel[name] for name in names})
        self.sample_rate = log_mel['sample_rate']
        self.seed = seed

    def measure(self, sample: dict, name: str, data_batch: Any, index: int) -> dict:
        """Assign the maps of one clip and measure its separated audio."""
        wave = to_array(data_batch['inputs']['audio'][index])
        start = round(sample['window_starts'][0] * self.sample_rate)
        solos, masks = self.solos(name, start, len(wave)), to_array(sample['source_masks'])
        by_location = self._by_location(sample, to_array(sample['source_maps']))
        if len(by_location) < len(solos):
            return dict(identity=None)
        parts = [self.masking.apply(wave, mask) for mask in masks]
        by_sound = np.array([[si_sdr(part, solo) for part in parts] for solo in solos])
        chosen = best_assignment(by_location)
        mixture = np.array([si_sdr(wave, solo) for solo in solos])
        oracle = [
            si_sdr(self.masking.apply(wave, mask), solo)
            for mask, solo in zip(self.masking.oracle(solos), solos, strict=True)
        ]
        return dict(
            identity=best_assignment(by_sound) == chosen,
            count=int(sample['source_count']) == len(solos),
            si_sdr_improvement=np.mean(by_sound[np.arange(len(solos)), chosen] - mixture),
            si_sdr_improvement_oracle=np.mean(oracle - mixture),
        )

    def solos(self, name: str, start: int, samples: int) -> np.ndarray:
        """Audio of each source alone (sources, S), without the room's noise."""
        found = re.fullmatch(r'(\w+)/(\w+)/(\d+)\.mp4', name)
        if found is None:
            raise ConfigError(f'{name}: SourceSeparationMetric needs clips of SoundingShapes.')
        scene = draw_scene(self.seed, found[1], found[2], int(found[3]))
        return render_solos(scene, self.seed, start, start + samples)

    @staticmethod
    def _by_location(sample: dict, maps: np.ndarray) -> np.ndarray:
        """Mean adaptive cIoU (sources, maps) over the events of each source."""
        start, seconds = float(sample['window_starts'][0]), sample['clip_seconds']
        scores: dict[int, list] = {}
        for target in sample['localization_targets']:
            truth = consensus_map(target['boxes'], target['annotators'], SIZE)
            if not truth.any():
                continue
            at = maps_at(maps, (target['time'] - start) / seconds, SIZE)
            adaptive = [score_heatmap(each, truth).adaptive for each in at]
            scores.setdefault(target['source'], []).append(adaptive)
        return np.array([np.mean(scores[source], axis=0) for source in sorted(scores)])

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        used, left_out = self.split(results)
        clips = [result for result in used if result['identity'] is not None]
        if not clips:
            raise UserError('No clip has an event of every source; evaluate longer clips.')
        names = ('identity', 'count', 'si_sdr_improvement', 'si_sdr_improvement_oracle')
        means = {name: float(np.mean([clip[name] for clip in clips])) for name in names}
        return means | dict(
            oracle_share=means['si_sdr_improvement'] / means['si_sdr_improvement_oracle'],
            num_clips=float(len(clips)),
            num_without_event=float(len(used) - len(clips)),
            left_out=float(left_out),
        )

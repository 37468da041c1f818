"""The model and the trivial predictors on one clip: their maps at any time of it."""

from __future__ import annotations

import numpy as np

from mmav_coattn.evaluation.functional import (
    centre_heatmap,
    motion_energy_maps,
    onset_correlation_maps,
    random_blob_heatmap,
    split_by_peaks,
)
from mmav_coattn.evaluation.functional.localization_scores import upsample_heatmap

#: Predictors with one map for all sources of a clip; the model comes first.
PREDICTORS = (
    'model',
    'centre_disc',
    'whole_image',
    'random_blob',
    'motion_energy',
    'motion_energy_blurred',
    'onset_correlation',
)
#: Predictors with a map for each source, where several are asked for.
SPLIT_PREDICTORS = (
    'model_split',
    'motion_energy_split',
    'motion_energy_blurred_split',
    'onset_correlation_split',
)
#: Blur of the motion, as a share of the shorter side; that of the moving source's map.
BLUR = 1 / 16


class ClipPredictors:
    """Maps of the model and of the trivial predictors, at one size.

    ``random_blob`` guesses one place for each source; ``whole_image`` has no map, as it keeps every
    pixel whatever the binarisation.

    Args:
        maps (np.ndarray): The model's raw maps (T', H', W').
        frames (np.ndarray): Frames (C, T, H, W) of the clip as the network sees them.
        wave (np.ndarray): Its sound (S,).
        name (str): Of the clip; with ``seed`` it decides on the random blobs.
        size (int): Side of the maps that are compared, px.
        seed (int): Of the random blobs.
        num_sources (int, optional): Split the maps of those that have one into so many.
    """

    def __init__(
        self,
        maps: np.ndarray,
        frames: np.ndarray,
        wave: np.ndarray,
        name: str,
        size: int,
        seed: int,
        num_sources: int | None = None,
    ) -> None:
        self.size = size
        self.seed = [seed, *name.encode()]
        blurred = motion_energy_maps(frames, BLUR)
        self.maps = dict(
            model=maps,
            motion_energy=motion_energy_maps(frames),
            motion_energy_blurred=blurred,
            onset_correlation=onset_correlation_maps(blurred, wave),
        )
        self.split = {}
        if num_sources is not None:
            for predictor, own in self.maps.items():
                self.split[f'{predictor}_split'] = split_by_peaks(own, num_sources)

    def single(self, predictor: str, position: float | None, source: int) -> np.ndarray | None:
        """Map (size, size) of a predictor of :data:`PREDICTORS`.

        Args:
            predictor (str): Which.
            position (float, optional): When, 0 to 1 over the clip; None for the clip's mean map.
            source (int): For which source.

        Returns:
            np.ndarray | None: None for ``whole_image``.
        """
        if predictor == 'centre_disc':
            return centre_heatmap(self.size)
        if predictor == 'whole_image':
            return None
        if predictor == 'random_blob':
            rng = np.random.default_rng([*self.seed, source])
            return random_blob_heatmap(self.size, rng)
        return self._at(self.maps[predictor], position)

    def several(self, predictor: str, position: float | None) -> list[np.ndarray]:
        """Maps (size, size) of a predictor of :data:`SPLIT_PREDICTORS`, one a source it sees."""
        return [self._at(maps, position) for maps in self.split[predictor]]

    def motion_confidence(self) -> float:
        """Confidence of the motion: the top quarter of its map, at its highest time."""
        places = np.sort(self.maps['motion_energy'].reshape(len(self.maps['motion_energy']), -1))
        quarter = -(-places.shape[1] // 4)
        return float(places[:, -quarter:].mean(axis=1).max())

    def _at(self, maps: np.ndarray, position: float | None) -> np.ndarray:
        if position is None:
            chosen = maps.mean(axis=0)
        else:
            chosen = maps[min(max(int(position * len(maps)), 0), len(maps) - 1)]
        return upsample_heatmap(chosen, (self.size, self.size))

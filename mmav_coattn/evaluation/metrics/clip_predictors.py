"""The model and the trivial predictors on one clip: their maps at any time of it."""

from __future__ import annotations

import numpy as np

from mmav_coattn.evaluation.functional import (
    disc_heatmap,
    motion_energy_maps,
    onset_correlation_maps,
    split_by_peaks,
    upsample_heatmap,
)

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

    ``random_blob`` guesses one location for each source; ``whole_image`` has no map, as it keeps
    every pixel whatever the binarisation.

    Args:
        maps (np.ndarray): The model's raw maps (T', H', W').
        frames (np.ndarray): Frames (C, T, H, W) of the clip as the network sees them.
        wave (np.ndarray): Its audio (S,).
        name (str): Of the clip; with ``seed`` it decides on the random blobs.
        size (int): Side of the maps that are compared, px.
        seed (int): Of the random blobs.
        num_sources (int, optional): Split the maps of those that have one into so many.
        source_maps (np.ndarray, optional): The model's own maps of several sources (K, T', H', W'),
            in place of a split.
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
        source_maps: np.ndarray | None = None,
    ) -> None:
        self.size = size
        self.seed = [seed, *name.encode()]
        blurred = motion_energy_maps(frames, BLUR)
        one = dict(
            model=maps,
            motion_energy=motion_energy_maps(frames),
            motion_energy_blurred=blurred,
            onset_correlation=onset_correlation_maps(blurred, wave),
        )
        #: Maps (sources it sees, T', H', W') by predictor.
        self.maps = {predictor: own[None] for predictor, own in one.items()}
        if num_sources is not None:
            for predictor, own in one.items():
                self.maps[f'{predictor}_split'] = split_by_peaks(own, num_sources)
        if source_maps is not None:
            self.maps['model_split'] = source_maps

    def maps_at(
        self, predictor: str, position: float | None, source: int
    ) -> list[np.ndarray | None]:
        """Maps (size, size) of a predictor, one a source that it sees; None for ``whole_image``.

        Args:
            predictor (str): Which.
            position (float, optional): When, 0 to 1 over the clip; None for the clip's mean map.
            source (int): For which source, if the predictor is ``random_blob``.
        """
        if predictor == 'centre_disc':
            return [disc_heatmap(self.size)]
        if predictor == 'whole_image':
            return [None]
        if predictor == 'random_blob':
            return [disc_heatmap(self.size, np.random.default_rng([*self.seed, source]))]
        return [self._at(maps, position) for maps in self.maps[predictor]]

    def motion_confidence(self) -> float:
        """Confidence of the motion: the top quarter of its map, at its highest time."""
        energy = self.maps['motion_energy'][0]
        locations = np.sort(energy.reshape(len(energy), -1))
        quarter = -(-locations.shape[1] // 4)
        return float(locations[:, -quarter:].mean(axis=1).max())

    def _at(self, maps: np.ndarray, position: float | None) -> np.ndarray:
        if position is None:
            chosen = maps.mean(axis=0)
        else:
            chosen = maps[min(max(int(position * len(maps)), 0), len(maps) - 1)]
        return upsample_heatmap(chosen, (self.size, self.size))

"""The model and the trivial predictors on one clip: their maps at any time of it."""

import numpy as np

from mmav_coattn.evaluation.functional.localization_floors import (
    disc_heatmap,
    motion_energy_maps,
    onset_correlation_maps,
)
from mmav_coattn.evaluation.functional.localization_scores import split_by_peaks, upsample_heatmap

#: Predictors with one map for all sources of a clip; the model comes first.
PREDICTORS = (
    'model',
    'centre_disc',
    'whole_image',
    'motion_energy',
    'motion_energy_blurred',
    'onset_correlation',
)
#: Predictors with a map for each source, where several are asked for.
SPLIT_PREDICTORS = tuple(f'{name}_split' for name in ('model', *PREDICTORS[3:]))
#: Blur of the motion, as a share of the shorter side; that of the moving source's map.
BLUR = 1 / 16


def predictor_maps(
    maps: np.ndarray,
    frames: np.ndarray,
    wave: np.ndarray,
    size: int,
    num_sources: int | None = None,
    source_maps: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Maps (sources it sees, T', H', W') by predictor.

    Of the model's raw maps (T', H', W'), the frames (C, T, H, W) as the network sees them, and the
    audio (S,) of a clip; ``whole_image`` has none, as it keeps every pixel. ``size`` is the side of
    the maps that are compared, px. With ``num_sources`` maps are split into so many; the model's
    own maps of several sources (K, T', H', W') take the place of its split.
    """
    blurred = motion_energy_maps(frames, BLUR)
    one = dict(
        model=maps,
        motion_energy=motion_energy_maps(frames),
        motion_energy_blurred=blurred,
        onset_correlation=onset_correlation_maps(blurred, wave),
    )
    found = {predictor: own[None] for predictor, own in one.items()}
    found['centre_disc'] = disc_heatmap(size)[None, None]
    if num_sources is not None:
        for predictor, own in one.items():
            found[f'{predictor}_split'] = split_by_peaks(own, num_sources)
    if source_maps is not None:
        found['model_split'] = source_maps
    return found


def maps_at(maps: np.ndarray, position: float | None, size: int) -> list[np.ndarray]:
    """Maps (sources, T', H', W') at a position, 0 to 1 (None: the mean), scaled to ``size``, px."""
    if position is None:
        chosen = maps.mean(axis=1)
    else:
        chosen = maps[:, min(max(int(position * maps.shape[1]), 0), maps.shape[1] - 1)]
    return [upsample_heatmap(each, (size, size)) for each in chosen]

"""Trivial baselines of localisation: predictors of a source's location without a network."""

from collections.abc import Iterable

import numpy as np

from .localization import ciou_success_and_auc, mask_ciou
from .localization_scores import score_heatmap


def disc_heatmap(size: int) -> np.ndarray:
    """Map (size, size), float64, whose top pixels are a disc around the centre."""
    squares = (np.arange(size) + 0.5 - size / 2) ** 2
    return -(squares[:, None] + squares)


def motion_energy_maps(frames: np.ndarray, blur: float = 0.0) -> np.ndarray:
    """Where the video (C, T, H, W) changes: mean absolute central difference in time (T, H, W).

    ``blur`` is the standard deviation of a Gaussian over locations, as a share of the shorter side.
    """
    energy = np.abs(np.gradient(frames.astype(float), axis=1)).mean(axis=0)
    if not blur:
        return energy
    from scipy.ndimage import gaussian_filter  # here, as importing it takes a third of a second

    sigma = blur * min(energy.shape[1:])
    return gaussian_filter(energy, (0, sigma, sigma), mode='nearest')


def onset_correlation_maps(energy: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Motion energy (T, H, W) weighted by how far it rises and falls with the audio's onsets.

    The weight is the correlation over the clip, at each location, of motion energy and of the rise
    of the level of the audio (S,) from frame to frame (after Hershey & Movellan 1999, "Audio
    vision"), standardised over the locations, times 2, exponentiated; 1 where nothing changes.
    """
    pieces = np.array_split(np.asarray(wave, dtype=np.float64), len(energy))
    level = np.log(1e-4 + np.array([np.sqrt(np.mean(piece**2)) for piece in pieces]))
    onset = np.maximum(np.diff(level, prepend=level[:1]), 0)
    spread = onset.std() * energy.std(axis=0)
    joint = np.tensordot(onset - onset.mean(), energy, axes=(0, 0)) / len(energy)
    correlation = np.divide(joint, spread, out=np.zeros_like(joint), where=spread > 1e-12)
    spread = correlation.std()
    if spread < 1e-12:
        return energy
    return energy * np.exp(2 * (correlation - correlation.mean()) / spread)


def floors_of_ground_truth(gt_maps: Iterable[np.ndarray]) -> dict[str, dict[str, float]]:
    """What predictors that see neither video nor audio score on ground truths (S, S) in [0, 1].

    Figures of :func:`ciou_success_and_auc` by predictor: ``centre_disc`` (half the image),
    ``centre_disc_adaptive`` (as many pixels as the ground truth has), ``whole_image``, and
    ``perfect_half``: the ground truth through the standard binarisation, that protocol's ceiling.
    """
    names = ('centre_disc', 'centre_disc_adaptive', 'whole_image', 'perfect_half')
    cious = []
    for gt in gt_maps:
        disc = score_heatmap(disc_heatmap(len(gt)), gt)
        whole = mask_ciou(np.ones(gt.shape, dtype=bool), gt)
        cious.append((disc.half, disc.adaptive, whole, score_heatmap(gt, gt).half))
    columns = zip(names, np.transpose(cious), strict=True)
    return {name: ciou_success_and_auc(values) for name, values in columns}

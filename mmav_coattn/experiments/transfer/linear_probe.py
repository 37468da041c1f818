"""A linear classifier on frozen features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional as F

from mmav_coattn.errors import ConfigError

#: Strengths of the L2 penalty among which the labelled videos choose.
PENALTIES = tuple(10.0**power for power in range(-4, 3))


class LinearProbe(NamedTuple):
    """A fitted classifier.

    Attributes:
        mean (np.ndarray): (D,), of the labelled features.
        scale (np.ndarray): (D,), their standard deviation, or 1 where it is 0.
        weight (np.ndarray): (D, num_classes), for standardised features.
        bias (np.ndarray): (num_classes,).
        penalty (float): The chosen strength.
    """

    mean: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    penalty: float

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Class scores (N, num_classes) of features (N, D)."""
        return ((features - self.mean) / self.scale) @ self.weight + self.bias


def fit_linear_probe(
    features: np.ndarray,
    labels: np.ndarray,
    penalties: Sequence[float] = PENALTIES,
    num_folds: int = 5,
    seed: int = 0,
) -> LinearProbe:
    """Multinomial logistic regression with an L2 penalty chosen on the labelled videos.

    Features are standardised by the mean and deviation of the labelled ones. The penalty is that of
    the lowest cross-entropy in a cross-validation over them; no other video is looked at.

    Args:
        features (np.ndarray): (N, D).
        labels (np.ndarray): (N,) from 0 on.
        penalties (Sequence[float]): Of ``penalty / 2 * |weight|^2`` beside the mean cross-entropy.
        num_folds (int): Folds of the cross-validation, each with its share of every class.
        seed (int): Which folds.

    Returns:
        LinearProbe: Fitted on all labelled videos.

    Raises:
        ConfigError: If a class has fewer videos than there are folds.
    """
    features = np.asarray(features, np.float64)
    labels = np.asarray(labels, np.int64)
    smallest = int(np.bincount(labels).min())
    if len(penalties) > 1 and smallest < num_folds:
        raise ConfigError(
            f'A class has {smallest} labelled videos, fewer than the {num_folds} folds that choose '
            'the penalty: give one penalty, or fewer folds.'
        )
    chosen = penalties[0]
    if len(penalties) > 1:
        folds = stratified_folds(labels, num_folds, seed)
        losses = np.zeros(len(penalties))
        for fold in range(num_folds):
            inside, outside = folds != fold, folds == fold
            for position, penalty in enumerate(penalties):
                probe = _fit(features[inside], labels[inside], penalty)
                scores = torch.from_numpy(probe.scores(features[outside]))
                losses[position] += F.cross_entropy(
                    scores, torch.from_numpy(labels[outside]), reduction='sum'
                ).item()
        chosen = penalties[int(losses.argmin())]
    return _fit(features, labels, chosen)


def stratified_folds(labels: np.ndarray, num_folds: int, seed: int = 0) -> np.ndarray:
    """Fold (N,) of each video: every class is dealt out evenly."""
    rng = np.random.default_rng(seed)
    folds = np.empty(len(labels), np.int64)
    for label in np.unique(labels):
        items = rng.permutation(np.flatnonzero(labels == label))
        folds[items] = (np.arange(len(items)) + rng.integers(num_folds)) % num_folds
    return folds


def _fit(features: np.ndarray, labels: np.ndarray, penalty: float) -> LinearProbe:
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 1e-8, scale, 1.0)
    standard = (features - mean) / scale
    # The best weights lie in the span of the videos, of which there are often fewer than features:
    # in an orthonormal basis of it the problem and its penalty are the same, and small.
    basis = None
    if standard.shape[0] < standard.shape[1]:
        basis, triangle = np.linalg.qr(standard.T)
        standard = triangle.T
    inputs, targets = torch.from_numpy(standard), torch.from_numpy(labels)
    num_classes = int(labels.max()) + 1
    weight = torch.zeros(inputs.shape[1], num_classes, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(num_classes, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weight, bias], max_iter=300, tolerance_grad=1e-6, line_search_fn='strong_wolfe'
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(inputs @ weight + bias, targets)
        loss = loss + 0.5 * penalty * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    found = weight.detach().numpy()
    found = found if basis is None else basis @ found
    return LinearProbe(mean, scale, found, bias.detach().numpy(), penalty)

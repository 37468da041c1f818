"""The probe is logistic regression, its penalty is chosen without looking elsewhere."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from mmav_coattn.errors import ConfigError
from mmav_coattn.experiments.transfer.linear_probe import fit_linear_probe, stratified_folds


def objective(probe, features, labels, penalty):
    scores = torch.from_numpy(probe.scores(features))
    loss = F.cross_entropy(scores, torch.from_numpy(labels)).item()
    return loss + 0.5 * penalty * float((probe.weight**2).sum())


@pytest.mark.parametrize('dimensions', [4, 60])
def test_is_at_the_minimum(dimensions):
    # With 60 features of 30 videos the solution is found in the span of the videos.
    rng = np.random.default_rng(0)
    labels = np.arange(30) % 3
    features = rng.normal(size=(30, dimensions)) * 5 + 2
    features[:, 0] += labels
    probe = fit_linear_probe(features, labels, penalties=[0.1])
    best = objective(probe, features, labels, 0.1)
    for _ in range(20):
        other = probe._replace(weight=probe.weight + rng.normal(size=probe.weight.shape) * 1e-2)
        assert objective(other, features, labels, 0.1) > best
    # Slow reference: plain gradient descent on standardised features.
    x = torch.from_numpy((features - features.mean(0)) / features.std(0))
    weight = torch.zeros(dimensions, 3, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    for _ in range(3000):
        loss = F.cross_entropy(x @ weight + bias, torch.from_numpy(labels))
        loss = loss + 0.05 * weight.square().sum()
        grads = torch.autograd.grad(loss, [weight, bias])
        with torch.no_grad():
            weight -= 0.2 * grads[0]
            bias -= 0.2 * grads[1]
    assert best == pytest.approx(loss.item(), abs=1e-6)
    np.testing.assert_allclose(probe.weight, weight.detach().numpy(), atol=1e-3)


def test_does_not_depend_on_the_scale_of_a_feature():
    rng = np.random.default_rng(1)
    labels = np.arange(40) % 2
    features = rng.normal(size=(40, 3))
    features[:, 1] += labels
    scaled = features * [1, 1000, 0.01] + [5, -3, 0]
    first, second = fit_linear_probe(features, labels), fit_linear_probe(scaled, labels)
    np.testing.assert_allclose(first.scores(features), second.scores(scaled), atol=1e-3)


def test_penalty_is_chosen_by_what_is_held_out():
    rng = np.random.default_rng(2)
    labels = np.arange(40) % 2
    noise = rng.normal(size=(40, 200))
    informative = noise.copy()
    informative[:, :100] += 3 * labels[:, None]
    weak = fit_linear_probe(informative, labels).penalty
    strong = fit_linear_probe(noise, labels).penalty
    assert strong > weak  # nothing to learn from noise: the weights are kept small


def test_a_constant_feature_is_no_harm():
    labels = np.arange(20) % 2
    features = np.stack([labels + 0.0, np.full(20, 7.0)], axis=1)
    probe = fit_linear_probe(features, labels)
    assert (probe.scores(features).argmax(1) == labels).all()


def test_folds_share_every_class():
    labels = np.repeat([0, 1, 2], [10, 11, 5])
    folds = stratified_folds(labels, 5, seed=3)
    for label in range(3):
        counts = np.bincount(folds[labels == label], minlength=5)
        assert counts.max() - counts.min() <= 1 and counts.sum() == (labels == label).sum()
    assert (folds != stratified_folds(labels, 5, seed=4)).any()


def test_too_few_videos_for_the_folds():
    with pytest.raises(ConfigError, match='A class has 2 labelled videos, fewer than the 5 folds'):
        fit_linear_probe(np.eye(4), np.array([0, 0, 1, 1]))

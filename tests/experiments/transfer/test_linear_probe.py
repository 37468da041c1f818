import numpy as np
import pytest
import torch
from torch.nn import functional as F

from mmav_coattn.errors import ConfigError
from mmav_coattn.experiments.transfer.linear_probe import fit_linear_probe


def test_is_at_the_minimum_of_the_loss_that_is_documented():
    rng = np.random.default_rng(0)
    labels = np.arange(30) % 3
    features = rng.normal(size=(30, 60)) * 5 + 2
    features[:, 0] += labels
    model, penalty = fit_linear_probe(features, labels)
    weight = torch.tensor(model[-1].coef_, requires_grad=True)
    bias = torch.tensor(model[-1].intercept_, requires_grad=True)
    standard = torch.from_numpy((features - features.mean(0)) / features.std(0))
    loss = F.cross_entropy(standard @ weight.T + bias, torch.from_numpy(labels))
    loss = loss + 0.5 * penalty * weight.square().sum()
    for gradient in torch.autograd.grad(loss, [weight, bias]):
        assert gradient.abs().max() < 1e-5


def test_penalty_is_chosen_by_what_is_held_out_and_two_videos_of_a_class_are_enough():
    rng = np.random.default_rng(2)
    labels = np.arange(40) % 2
    noise = rng.normal(size=(40, 200))
    informative = noise.copy()
    informative[:, :100] += 3 * labels[:, None]
    # Nothing to learn from noise: the weights are kept small.
    assert fit_linear_probe(informative, labels)[1] < fit_linear_probe(noise, labels)[1]
    assert fit_linear_probe(np.eye(4), np.array([0, 0, 1, 1]))[0].score(np.eye(4), [0, 0, 1, 1]) > 0
    with pytest.raises(ConfigError, match='A class has a single labelled video'):
        fit_linear_probe(np.eye(3), np.array([0, 0, 1]))

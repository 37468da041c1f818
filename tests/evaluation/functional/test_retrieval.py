import numpy as np
import pytest

from mmav_coattn.evaluation.functional import cross_modal_retrieval, knn_accuracy, knn_retrieval
from mmav_coattn.evaluation.functional import retrieval as retrieval_module


def slow_retrieval(query, query_labels, gallery, gallery_labels, k):
    query, gallery = query - query.mean(0), gallery - gallery.mean(0)
    hits = 0
    for q, label in zip(query, query_labels, strict=True):
        cosines = [q @ g / np.linalg.norm(q) / np.linalg.norm(g) for g in gallery]
        nearest = sorted(range(len(gallery)), key=lambda i: -cosines[i])[:k]
        hits += any(gallery_labels[i] == label for i in nearest)
    return hits / len(query)


def test_equals_the_slow_loop(monkeypatch):
    monkeypatch.setattr(retrieval_module, 'QUERY_CHUNK', 7)
    rng = np.random.default_rng(0)
    sides = rng.normal(3, 1, (20, 5)), rng.integers(0, 8, 20)
    sides += rng.normal(-2, 1, (30, 5)), rng.integers(0, 8, 30)
    result = knn_retrieval(*sides, ks=(1, 3, 10))
    assert result == pytest.approx({f'R@{k}': slow_retrieval(*sides, k) for k in (1, 3, 10)})


def test_knn_takes_the_majority_and_the_nearest_of_equals():
    angles = np.deg2rad([0, 10, 20, 30, 180, 190])
    gallery = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    gallery -= gallery.mean(0)
    query = np.array([gallery[0], -gallery[0]])  # mean 0, as the gallery's
    labels = [0, 1, 1, 2, 3, 3]
    assert knn_accuracy(query, [0, 3], gallery, labels, k=1) == 1.0
    assert knn_accuracy(query, [1, 3], gallery, labels, k=3) == 1.0  # 0 1 1
    assert knn_accuracy(query, [0, 3], gallery, labels, k=2) == 1.0  # 0 and 1 once: the nearer


def test_cross_modal_ranks_by_hand():
    # Row: video. Partners on the diagonal. Ranks of audios 1, 3, 2; of videos 2, 3, 1.
    scores = np.array([[5.0, 3.0, 1.0], [6.0, 0.0, 2.0], [1.0, 4.0, 3.0]])
    found = cross_modal_retrieval(scores, ks=(1, 2, 3))
    for way in ('video->audio', 'audio->video'):
        assert [found[f'{way} R@{k}'] for k in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1])
        assert found[f'{way} median rank'] == 2
    scores[2, 2] = 3.5  # as before among the audios, and as before the first among the videos
    scores[0, 2] = 4.5  # now the second of the videos
    assert cross_modal_retrieval(scores, ks=[1])['audio->video R@1'] == 0
    assert cross_modal_retrieval(scores, ks=[1])['video->audio R@1'] == pytest.approx(1 / 3)
    constant = cross_modal_retrieval(np.zeros((4, 4)), ks=(1, 4))
    assert constant['audio->video R@1'] == 0 and constant['audio->video R@4'] == 1

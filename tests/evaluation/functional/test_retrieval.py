import numpy as np
import pytest

from mmav_coattn.evaluation.functional import knn_retrieval
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
    query, gallery = rng.normal(3, 1, (20, 5)), rng.normal(-2, 1, (30, 5))
    query_labels, gallery_labels = rng.integers(0, 8, 20), rng.integers(0, 8, 30)
    result = knn_retrieval(query, query_labels, gallery, gallery_labels, ks=(1, 3, 10))
    assert list(result) == ['R@1', 'R@3', 'R@10']
    for k in (1, 3, 10):
        assert result[f'R@{k}'] == pytest.approx(
            slow_retrieval(query, query_labels, gallery, gallery_labels, k)
        )


def test_each_side_is_centred_by_its_own_mean():
    # Same two directions, but the gallery lies far away and is scaled: only centring finds them.
    query = np.array([[1.0, 0.0], [-1.0, 0.0]])
    gallery = np.array([[102.0, 50.0], [98.0, 50.0]])
    assert knn_retrieval(query, [0, 1], gallery, [0, 1], ks=[1]) == {'R@1': 1.0}
    assert knn_retrieval(query, [0, 1], gallery, [1, 0], ks=[1, 2]) == {'R@1': 0.0, 'R@2': 1.0}


def test_nearness_is_the_cosine_not_the_distance():
    query = np.array([[1.0, 1.0], [-1.0, -1.0]])
    gallery = np.array([[9.0, 9.0], [1.0, 0.0], [-10.0, -9.0]])  # mean 0
    assert knn_retrieval(query, [7, 8], gallery, [7, 1, 8], ks=[1]) == {'R@1': 1.0}


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ((np.eye(3), [0, 1, 2], np.eye(3), [0, 1, 2], [4]), 'k = 4'),
        ((np.eye(3), [0, 1], np.eye(3), [0, 1, 2], [1]), 'query'),
        ((np.eye(3), [0, 1, 2], np.eye(4), [0, 1, 2, 3], [1]), 'dimensions'),
        ((np.eye(3) * np.nan, [0, 1, 2], np.eye(3), [0, 1, 2], [1]), 'finite'),
        ((np.ones((3, 2)), [0, 1, 2], np.eye(2), [0, 1], [1]), 'direction'),
        ((np.eye(1), [0], np.eye(1), [0], [1]), 'direction'),
    ],
)
def test_bad_arguments_are_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        knn_retrieval(*arguments)

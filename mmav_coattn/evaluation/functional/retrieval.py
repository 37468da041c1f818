"""Nearest-neighbour retrieval of classes from frozen features, and of one stream by the other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array

#: Query rows compared with the gallery at a time, which bounds the memory of the similarities.
QUERY_CHUNK = 1024


def knn_retrieval(
    query_feats: ArrayLike,
    query_labels: ArrayLike,
    gallery_feats: ArrayLike,
    gallery_labels: ArrayLike,
    ks: Sequence[int] = (1, 5, 10, 20, 50),
) -> dict[str, float]:
    """Share of queries with their class among the k nearest gallery clips.

    Each side is centred by its own mean and normalised to unit length; nearness is the cosine.
    Among equal cosines the lower gallery index is nearer.

    Args:
        query_feats (ArrayLike): (Q, D), one mean feature a clip.
        query_labels (ArrayLike): (Q,).
        gallery_feats (ArrayLike): (G, D).
        gallery_labels (ArrayLike): (G,).
        ks (Sequence[int]): Numbers of neighbours, each 1 to G.

    Returns:
        dict: ``'R@k'`` for each k, 0 to 1.

    Raises:
        ValueError: If shapes do not fit, a value is not finite, k is not in [1, G], or a feature
            equals the mean of its side and so has no direction (constant features, a single clip).
    """
    query_labels = np.asarray(query_labels)
    near = _nearest_labels(query_feats, query_labels, gallery_feats, gallery_labels, ks)
    same = near == query_labels[:, None]
    return {f'R@{k}': float(same[:, :k].any(axis=1).mean()) for k in ks}


def knn_accuracy(
    query_feats: ArrayLike,
    query_labels: ArrayLike,
    gallery_feats: ArrayLike,
    gallery_labels: ArrayLike,
    k: int = 5,
) -> float:
    """Accuracy, 0 to 1, of the k-nearest-neighbour classifier: the class of most of the k nearest.

    Of classes with equally many, that of the nearest clip among theirs wins. Nearness, arguments
    and errors as in :func:`knn_retrieval`.
    """
    query_labels = np.asarray(query_labels)
    nearest = _nearest_labels(query_feats, query_labels, gallery_feats, gallery_labels, [k])
    # How many of the k have the class of each of them; of equal numbers the first, the nearest.
    votes = (nearest[:, :, None] == nearest[:, None, :]).sum(axis=2)
    chosen = nearest[np.arange(len(nearest)), votes.argmax(axis=1)]
    return float((chosen == query_labels).mean())


def cross_modal_retrieval(
    scores: ArrayLike, ks: Sequence[int] = (1, 5, 10, 20, 50)
) -> dict[str, float]:
    """Finding the partner by scores (N, N) of the video of row i with the audio of column j.

    ``'video->audio R@k'`` and ``'audio->video R@k'``, the share of queries whose own partner is
    among the k best, and ``'... median rank'``, from 1. Of equal scores the partner is counted as
    the last, so that a constant score finds nothing.

    Raises:
        ValueError: If the scores are not square or not finite.
    """
    scores = finite_array(scores, 'scores', ndim=2)
    if scores.shape[0] != scores.shape[1]:
        raise ValueError(f'scores of shape {scores.shape} are not square.')
    figures: dict[str, float] = {}
    for name, table in (('video->audio', scores), ('audio->video', scores.T)):
        # Those at least as good as the partner, itself included.
        ranks = (table >= np.diag(table)[:, None]).sum(axis=1)
        figures |= {f'{name} R@{k}': float((ranks <= k).mean()) for k in ks}
        figures[f'{name} median rank'] = float(np.median(ranks))
    return figures


def _nearest_labels(query_feats, query_labels, gallery_feats, gallery_labels, ks) -> np.ndarray:
    """Labels (Q, max(ks)) of the nearest gallery clips of each query, the nearest first."""
    query = _unit_directions(query_feats, 'query_feats')
    gallery = _unit_directions(gallery_feats, 'gallery_feats')
    gallery_labels = np.asarray(gallery_labels)
    if query.shape[1] != gallery.shape[1]:
        raise ValueError(
            f'query_feats has {query.shape[1]} dimensions, gallery_feats {gallery.shape[1]}.'
        )
    sides = dict(query=(query, query_labels), gallery=(gallery, gallery_labels))
    for name, (feats, labels) in sides.items():
        if labels.shape != (len(feats),):
            raise ValueError(f'{name}: {len(feats)} features, but labels of shape {labels.shape}.')
    for k in ks:
        if not 1 <= k <= len(gallery):
            raise ValueError(f'k = {k} is not in [1, {len(gallery)}], the size of the gallery.')
    found = []
    for start in range(0, len(query), QUERY_CHUNK):
        cosines = query[start : start + QUERY_CHUNK] @ gallery.T
        order = np.argsort(-cosines, axis=1, kind='stable')[:, : max(ks)]
        found.append(gallery_labels[order])
    return np.concatenate(found)


def _unit_directions(feats: ArrayLike, name: str) -> np.ndarray:
    """Centre by the mean over rows and normalise each row."""
    feats = finite_array(feats, name, ndim=2)
    centred = feats - feats.mean(axis=0)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    if (norms == 0).any():
        raise ValueError(
            f'{name}: row {int(np.flatnonzero(norms == 0)[0])} of {len(feats)} equals the mean of '
            f'all rows, so it has no direction: the features are constant or there is one row.'
        )
    return centred / norms

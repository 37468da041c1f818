"""A linear classifier on frozen features."""

import numpy as np

from mmav_coattn.errors import ConfigError

#: Strengths of the L2 penalty among which the labelled videos choose.
PENALTIES = tuple(10.0**power for power in range(-4, 3))
#: Folds of the cross-validation that chooses; fewer where a class has fewer videos.
MOST_FOLDS = 5


def fit_linear_probe(features: np.ndarray, labels: np.ndarray, seed: int = 0):
    """Multinomial logistic regression with an L2 penalty chosen on the labelled videos.

    Features are standardised by the mean and deviation of the labelled ones. The penalty is that of
    the lowest cross-entropy in a cross-validation over them; no other video is looked at.

    Features are (N, D), labels (N,) integers; the seed chooses the folds, each with its share of
    every class. Returns a scikit-learn pipeline fitted on all labelled videos, and its penalty,
    that of ``penalty / 2 * |weight|^2`` beside the mean cross-entropy.

    Raises:
        ConfigError: If a class has a single video.
    """
    # Here, as importing them takes a second.
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    smallest = np.unique(labels, return_counts=True)[1].min()
    if smallest < 2:
        raise ConfigError('A class has a single labelled video; a probe needs two or more of each.')
    # scikit-learn weighs the sum of the cross-entropies by C against half the squared norm.
    strengths = {1 / (penalty * len(labels)): penalty for penalty in PENALTIES}
    model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-6, max_iter=1000))
    folds = StratifiedKFold(min(MOST_FOLDS, smallest), shuffle=True, random_state=seed)
    name = 'logisticregression__C'
    search = GridSearchCV(model, {name: list(strengths)}, scoring='neg_log_loss', cv=folds)
    search.fit(features, labels)
    return search.best_estimator_, strengths[search.best_params_[name]]

"""Evaluations that leave out the files that cannot be used, count them and name them."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger

from mmav_coattn.errors import UserError


class FileMetric(BaseMetric):
    """Base of the metrics: a sample with ``unusable=(reason, sentence)`` is left out.

    ``num_listed`` left-out files are named in the log; the others are only counted. For other
    arguments see mmengine's ``BaseMetric``.
    """

    #: What a usable sample must hold, and what to do where it does not.
    REMEDIES: dict[str, str] = {}

    def __init__(self, num_listed: int = 10, **kwargs) -> None:
        super().__init__(**kwargs)
        self.num_listed = num_listed

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Store one small result a sample, also for those left out.

        One each, because mmengine cuts the collected results to the size of the data set, which
        drops the samples that the sampler repeated to give all processes the same number.
        """
        for index, sample in enumerate(data_samples):
            name = sample.get('relpath', sample.get('filename', ''))
            if sample.get('unusable') is not None:
                found = dict(zip(('reason', 'sentence'), sample['unusable'], strict=True))
            else:
                for key, remedy in self.REMEDIES.items():
                    if key not in sample:
                        raise UserError(f'{name}: the data sample has no {key!r}; {remedy}.')
                found = self.measure(sample, name, data_batch, index)
            self.results.append(dict(name=name, **found))

    @abstractmethod
    def measure(self, sample: dict, name: str, data_batch: Any, index: int) -> dict:
        """What is kept of a usable sample, the ``index``-th of its batch."""

    def split(self, results: list[dict]) -> tuple[list[dict], int]:
        """Results that were measured, and the number of those left out, which are logged.

        Raises:
            UserError: If not one file could be used.
        """
        used = [result for result in results if 'reason' not in result]
        left_out = [result for result in results if 'reason' in result]
        counts = Counter(result['reason'] for result in left_out).most_common()
        reasons = ', '.join(f'{reason}: {count}' for reason, count in counts)
        if left_out:
            lines = [f'  {each["name"]}: {each["sentence"]}' for each in left_out]
            if len(lines) > self.num_listed:
                lines[self.num_listed :] = [f'  ... and {len(lines) - self.num_listed} more']
            MMLogger.get_current_instance().warning(
                f'{self.prefix}: {len(left_out)} of {len(results)} files were left out of the '
                f'evaluation ({reasons}):\n' + '\n'.join(lines)
            )
        if not used:
            first = f' The first: {left_out[0]["sentence"]}' if left_out else ''
            raise UserError(
                f'None of the {len(results)} files of the evaluation could be used '
                f'({reasons or "no file"}). Check the data set of the evaluator.{first}'
            )
        return used, len(left_out)


def finite_scores(values: Any, name: str) -> np.ndarray:
    """Scores as float64; ``ValueError`` with the name of the file if one is not finite."""
    scores = to_array(values)
    if not np.isfinite(scores).all():
        raise ValueError(
            f'{name}: the sync scores are {scores.tolist()}. The model has diverged: lower the '
            f'learning rate, clip gradients, or train without mixed precision.'
        )
    return scores


def to_array(values: Any) -> np.ndarray:
    """A tensor of any type, or a sequence, as float64."""
    if hasattr(values, 'detach'):  # bfloat16 has no numpy counterpart
        values = values.detach().float().cpu().numpy()
    return np.asarray(values, dtype=np.float64)

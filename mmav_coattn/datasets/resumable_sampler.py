"""Which file is drawn when, and with which random numbers: functions of seed, epoch and position.

The random state of loader workers cannot be saved: they run ahead of the training by some batches.
So each draw carries its own seed to the data set, and a resumed training draws what an
uninterrupted one would have, whatever the number of workers.
"""

import hashlib
import random
from collections.abc import Iterator

import numpy as np
import torch
from mmaction.registry import DATA_SAMPLERS
from mmengine.dataset import DefaultSampler


def derive_seed(*parts: int) -> int:
    """A 32-bit seed that depends on nothing but the given whole numbers."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:4], 'little')


class Draw(int):
    """Index of a sample that knows the seed of its random numbers, 32 bits.

    Any data set takes it for the whole number that it is; one that knows it calls :meth:`seed_all`.
    """

    def __new__(cls, index: int, seed: int) -> 'Draw':
        draw = super().__new__(cls, index)
        draw.seed = seed
        return draw

    def __reduce__(self):
        return type(self), (int(self), self.seed)

    def seed_all(self) -> None:
        """Seed every generator that a transform may use: Python's, numpy's and torch's."""
        random.seed(self.seed)
        np.random.seed(self.seed)
        torch.random.default_generator.manual_seed(self.seed)


@DATA_SAMPLERS.register_module()
class ResumableSampler(DefaultSampler):
    """mmengine's ``DefaultSampler`` whose every draw carries a seed and that can skip draws.

    The order is that of ``DefaultSampler``. See it for the arguments.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._skip = 0

    def skip_once(self, num_samples: int) -> None:
        """Leave out the first samples of the next epoch: they were trained on before a resume."""
        self._skip = num_samples

    def __iter__(self) -> Iterator[Draw]:
        """Draw the samples of this process's epoch."""
        skip, self._skip = self._skip, 0
        for position, index in enumerate(super().__iter__()):
            if position >= skip:
                yield Draw(index, derive_seed(self.seed, self.epoch, self.rank, position))

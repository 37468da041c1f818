"""Videos with audio, read one behind the other out of tar shards."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mmaction.registry import DATASETS
from mmengine.dataset import Compose
from mmengine.dist import get_rank, get_world_size
from torch.utils.data import IterableDataset, get_worker_info

from mmav_coattn.datasets.shards import (
    ANNOTATION_SUFFIX,
    VIDEO_SUFFIX,
    read_index,
    require_webdataset,
)
from mmav_coattn.errors import ConfigError, MediaError, UserError

from .audio_visual_dataset import build_transforms, unusable_sample
from .reading_note import note_reading


@DATASETS.register_module()
class ShardedAudioVisualDataset(IterableDataset):
    """The samples of :class:`AudioVisualDataset`, streamed from tar shards by webdataset.

    For file systems on which opening many small files is slow. ``tools/data/write_shards.py`` makes
    the shards. In a config the loader needs ``sampler=None``: the order is that of the stream.

    In training every loader worker of every process reads shards of its own, in random order, and
    draws from a buffer; all processes serve equally many samples an epoch, so that none waits for
    another. In test mode each video comes once, in the order in which it was packed within its
    worker's shards.

    Args:
        data_root (str): Folder of the shards and their index.
        pipeline (Sequence[dict or Callable]): Transforms, as for :class:`AudioVisualDataset`.
        test_mode (bool): Whether to serve each video once and to report unusable ones instead of
            leaving them out. Defaults to False.
        shuffle_buffer (int): Videos to draw from in training; they are held in memory, encoded.
            Defaults to 256.
        max_refetch (int): In training, how many files in a row may be unusable. Defaults to 100.

    Raises:
        ConfigError: If a transform is unknown, a setting is out of range, there are fewer shards
            than workers, or the test mode runs in several processes.
        DataNotFoundError: If there are no shards.
        MissingDependencyError: If webdataset is not installed.
    """

    METAINFO = dict(dataset_type='ShardedAudioVisualDataset')

    def __init__(
        self,
        data_root: str,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool = False,
        shuffle_buffer: int = 256,
        max_refetch: int = 100,
    ) -> None:
        if shuffle_buffer < 1:
            raise ConfigError(f'shuffle_buffer={shuffle_buffer} must be 1 or more.')
        require_webdataset()
        self.data_root = str(data_root)
        self.test_mode = test_mode
        self.shuffle_buffer = shuffle_buffer
        self.max_refetch = max_refetch
        self.pipeline = Compose(build_transforms(pipeline))
        self.index = read_index(Path(data_root))
        self._passes = 0
        if test_mode and get_world_size() > 1:
            raise ConfigError(
                'ShardedAudioVisualDataset in test mode runs in one process: shards cannot be '
                'dealt out evenly. Evaluate in one process, or from files by AudioVisualDataset.'
            )

    @property
    def metainfo(self) -> dict:
        """What kind of data these are."""
        return dict(self.METAINFO)

    def __len__(self) -> int:
        """Samples of one epoch in this process."""
        return self.index['num_videos'] // get_world_size()

    def __iter__(self) -> Iterator[dict]:
        if self.test_mode:
            for info in self._stream(self._own_shards()):
                try:
                    yield self._load(info)
                except MediaError as error:
                    yield unusable_sample(info, error)
        else:
            yield from self._training_samples()

    def _training_samples(self) -> Iterator[dict]:
        worker = get_worker_info()
        # The loader draws a seed each time it starts workers; workers that stay count their passes.
        seed = worker.seed if worker else random.getrandbits(32)
        rng = random.Random(f'{seed} {self._passes}')
        self._passes += 1
        remaining = len(self) // (worker.num_workers if worker else 1)
        replaced: list[tuple[str, str, str]] = []
        for info in self._shuffled(rng):
            if not remaining:
                return
            try:
                sample = self._load(info)
            except MediaError as error:
                replaced.append((info['relpath'], error.reason, str(error)))
                if len(replaced) > self.max_refetch:
                    raise UserError(
                        f'{self.data_root}: no usable video among {len(replaced)} in a row; the '
                        f'first: {replaced[0][2]}.'
                    ) from error
                continue
            if replaced:
                sample['data_samples'].set_metainfo(dict(replaced=replaced))
                replaced = []
            remaining -= 1
            yield sample

    def _shuffled(self, rng: random.Random) -> Iterator[dict]:
        """Endless stream in random order: shards are shuffled, and videos within a buffer."""
        shards = self._own_shards()
        draw = require_webdataset().shuffle(self.shuffle_buffer, self.shuffle_buffer, rng)
        while True:
            rng.shuffle(shards)
            # A pass ends with an empty buffer: in it every video has come exactly once.
            yield from draw(self._stream(shards))

    def _own_shards(self) -> list[str]:
        """Paths of the shards of this loader worker of this process."""
        worker = get_worker_info()
        workers = worker.num_workers if worker else 1
        share = get_rank() * workers + (worker.id if worker else 0)
        names = [shard['name'] for shard in self.index['shards']]
        total = get_world_size() * workers
        if not self.test_mode and len(names) < total:
            raise ConfigError(
                f'{self.data_root}: {len(names)} shards cannot be dealt out to {total} loader '
                f'workers. Use fewer workers, or write smaller shards.'
            )
        return [os.path.join(self.data_root, name) for name in names[share::total]]  # noqa: PTH118

    def _stream(self, shards: Sequence[str]) -> Iterator[dict]:
        webdataset = require_webdataset()
        urls = ({'url': shard} for shard in shards)
        for member in webdataset.tariterators.tarfile_samples(urls):
            info = json.loads(member[ANNOTATION_SUFFIX])
            info['content'] = member[VIDEO_SUFFIX]
            info['filename'] = f'{member["__url__"]}/{info["relpath"]}'
            yield info

    def _load(self, info: dict) -> dict:
        note_reading(info['filename'])
        data = self.pipeline(info)
        if data is None:
            raise MediaError(info['filename'], 'was refused by a transform of the pipeline')
        return data

"""Shards give the samples that the files give."""

import numpy as np
import pytest
import torch
from media_factory import write_clip
from test_audio_visual_dataset import pipeline
from torch.utils.data import DataLoader

from mmav_coattn.datasets import AudioVisualDataset, ShardedAudioVisualDataset
from mmav_coattn.datasets.shards import write_shards
from mmav_coattn.errors import ConfigError, DataNotFoundError, UserError

pytest.importorskip('webdataset', reason='the optional package webdataset is not installed')


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """Five usable files and a silent one, with labels."""
    root = tmp_path_factory.mktemp('files')
    for number in range(5):
        write_clip(root / f'{number}.mp4', duration=2.0 + number / 10, level=0.02 * (number + 1))
    write_clip(root / 'silent.mp4', duration=2.0, level=0)
    lines = [f'{number}.mp4 {number}\n' for number in (3, 0, 4, 1, 2)]
    (root / 'list.txt').write_text(''.join([*lines[:2], 'silent.mp4 7\n', *lines[2:]]))
    return root


@pytest.fixture(scope='module')
def shards(files, tmp_path_factory):
    out = tmp_path_factory.mktemp('shards')
    dataset = AudioVisualDataset('list.txt', data_root=str(files), lazy_init=True)
    size = (files / '0.mp4').stat().st_size * 1.5
    index = write_shards(files, dataset.load_data_list(), out, size, progress=False)
    assert index['num_videos'] == 6 and len(index['shards']) >= 3
    assert sum(shard['num_videos'] for shard in index['shards']) == 6
    return out


def same(one, two):
    a, b = one['data_samples'], two['data_samples']
    assert (a.relpath, a.sample_idx) == (b.relpath, b.sample_idx)
    if one['inputs']['imgs'] is None:
        assert two['inputs']['imgs'] is None and a.unusable[0] == b.unusable[0]
        return
    for key in ('imgs', 'audio', 'audio_starts'):
        assert torch.equal(one['inputs'][key], two['inputs'][key])
    assert a.window_starts == b.window_starts and torch.equal(a.gt_label, b.gt_label)


def test_test_mode_gives_the_samples_of_the_files(files, shards):
    common = dict(pipeline=pipeline(test_mode=True), test_mode=True)
    from_files = AudioVisualDataset('list.txt', data_root=str(files), **common)
    streamed = list(ShardedAudioVisualDataset(str(shards), **common))
    assert len(streamed) == 6
    for index, sample in enumerate(streamed):
        same(from_files[index], sample)
    assert streamed[2]['data_samples'].unusable[0] == 'silent'


def test_training_windows_are_drawn_as_from_the_files(files, shards):
    from_files = AudioVisualDataset('list.txt', data_root=str(files), pipeline=pipeline())
    for sample in ShardedAudioVisualDataset(str(shards), pipeline=pipeline(), shuffle_buffer=2):
        # The same draw of the segment from the file gives the same audio.
        index = sample['data_samples'].sample_idx
        media = from_files.pipeline.transforms[0](from_files.get_data_info(index))['media']
        start = sample['data_samples'].window_starts[0] - float(sample['inputs']['audio_starts'][0])
        with media:
            wave = media.read_audio(start, 1.4, 16000)
        np.testing.assert_allclose(sample['inputs']['audio'].numpy(), wave, atol=1e-3)


def relpaths(samples):
    return [sample['data_samples'].relpath for sample in samples]


def test_training_counts_replaces_and_shuffles(shards):
    dataset = ShardedAudioVisualDataset(str(shards), pipeline=pipeline(), shuffle_buffer=4)
    orders = [relpaths(dataset) for _ in range(4)]
    assert all(len(order) == len(dataset) == 6 for order in orders)
    assert len({tuple(order) for order in orders}) > 1
    replaced = [
        entry for sample in dataset for entry in sample['data_samples'].metainfo.get('replaced', [])
    ]
    assert {(path, reason) for path, reason, _ in replaced} <= {('silent.mp4', 'silent')}
    # Five usable files in six samples: each comes at least once, and the silent one never.
    assert all(set(order) == {f'{n}.mp4' for n in range(5)} for order in orders)


@pytest.mark.parametrize('persistent', [True, False])
def test_loader_workers_share_the_work(shards, persistent):
    dataset = ShardedAudioVisualDataset(str(shards), pipeline=pipeline(), shuffle_buffer=4)
    loader = DataLoader(dataset, batch_size=None, num_workers=2, persistent_workers=persistent)
    epochs = [relpaths(loader) for _ in range(3)]
    assert [len(epoch) for epoch in epochs] == [6, 6, 6]
    assert len({tuple(epoch) for epoch in epochs}) > 1
    with_all = dict(pipeline=pipeline(True), test_mode=True)
    tested = DataLoader(
        ShardedAudioVisualDataset(str(shards), **with_all), batch_size=None, num_workers=2
    )
    assert sorted(relpaths(tested)) == [f'{n}.mp4' for n in range(5)] + ['silent.mp4']


def test_as_the_runner_builds_it(shards):
    from mmengine.runner import Runner

    loader = Runner.build_dataloader(
        dict(
            dataset=dict(
                type='ShardedAudioVisualDataset', data_root=str(shards), pipeline=pipeline()
            ),
            sampler=None,
            batch_size=2,
            num_workers=0,
            collate_fn=dict(type='pseudo_collate'),
        )
    )
    assert len(loader) == 3
    assert [len(batch['data_samples']) for batch in loader] == [2, 2, 2]


def test_what_cannot_work(files, shards, tmp_path, monkeypatch):
    with pytest.raises(DataNotFoundError, match=r'shards\.json: there is no such index'):
        ShardedAudioVisualDataset(str(tmp_path))
    with pytest.raises(ConfigError, match='shuffle_buffer=0'):
        ShardedAudioVisualDataset(str(shards), shuffle_buffer=0)
    with pytest.raises(ConfigError, match='holds shards already'):
        write_shards(files, [], shards)
    with pytest.raises(DataNotFoundError, match=r'gone\.mp4: this listed file does not exist'):
        write_shards(files, [dict(relpath='gone.mp4', label=-1)], tmp_path)
    deep = pipeline(audio_seconds=60.0)
    with pytest.raises(UserError, match='no usable video among 4 in a row'):
        list(ShardedAudioVisualDataset(str(shards), pipeline=deep, max_refetch=3))
    monkeypatch.setattr(
        'mmav_coattn.datasets.sharded_audio_visual_dataset.get_world_size', lambda: 9
    )
    with pytest.raises(ConfigError, match='cannot be dealt out to 9 loader workers'):
        next(iter(ShardedAudioVisualDataset(str(shards), pipeline=pipeline())))
    with pytest.raises(ConfigError, match='test mode runs in one process'):
        ShardedAudioVisualDataset(str(shards), test_mode=True)

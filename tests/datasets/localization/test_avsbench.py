"""AVSBench and AVSBench-Robust in their official layouts, on miniatures."""

import numpy as np
import pytest
from annotated_clips import PIPELINE, write_avsbench
from media_factory import write_clip

from mmav_coattn.datasets import AVSBenchDataset
from mmav_coattn.errors import ConfigError, DataNotFoundError
from mmav_coattn.evaluation.metrics.sound_localization_metric import read_mask

CLIPS = [('a', 'cat', 'test'), ('b', 'dog', 'test'), ('c', 'dog', 'train')]
WHOLE = [PIPELINE[0], dict(type='SampleMiddleWindow', clip_seconds=4.9), *PIPELINE[2:]]


@pytest.fixture(scope='module')
def sets(tmp_path_factory):
    folder = tmp_path_factory.mktemp('avsbench')
    write_avsbench(folder, CLIPS)
    return folder


@pytest.mark.parametrize(
    ('subset', 'path', 'mask'),
    [
        ('s4', 'Single-source/s4_data/raw_videos/test/cat/a.mp4', 'test/cat/a/a_2.png'),
        ('ms3', 'Multi-sources/ms3_data/raw_videos/a.mp4', 'test/a/a_2.png'),
    ],
)
def test_clips_of_a_split_with_their_masks(sets, subset, path, mask):
    dataset = AVSBenchDataset(data_root=str(sets), subset=subset, pipeline=WHOLE)
    assert dataset.coverage == (2, 2) and len(dataset) == 2
    sample = dataset[0]['data_samples']
    assert sample.relpath == path and sample.has_source is True
    targets = sample.localization_targets
    assert [target['time'] for target in targets] == [0.9375, 1.9375, 2.9375, 3.9375, 4.9375]
    assert targets[1]['mask'] == str(sets / path.split('raw_videos')[0] / 'gt_masks' / mask)
    # Mask K has K - 1 of 16 rows.
    shares = [read_mask(target['mask'], 32).mean() for target in targets]
    assert shares == [row / 16 for row in range(5)]
    assert len(AVSBenchDataset(data_root=str(sets), subset=subset, split='train')) == 1


def test_robust_audio_for_the_same_clips(sets, tmp_path):
    heard = {}
    for folder, level in (('noise', 0.2), ('misaligned', 0.01)):
        for part in ('cat/a', 'dog/b'):
            path = tmp_path / f'robust/Single-source/s4_data/audio_wav_{folder}/test/{part}.wav'
            path.parent.mkdir(parents=True)
            write_clip(path, duration=5.2, video=False, audio_codec='pcm_s16le', level=level)
            heard[folder] = level
    dataset = AVSBenchDataset(
        data_root=str(sets), negative_root=str(tmp_path / 'robust'), pipeline=WHOLE
    )
    assert len(dataset) == 8
    samples = [dataset[index] for index in (1, 3, 5, 7)]
    kinds = [sample['data_samples'].get('silent_kind') for sample in samples]
    assert kinds == [None, 'silence', 'noise', 'off_screen']
    assert [sample['data_samples'].has_source for sample in samples] == [True] + 3 * [False]
    levels = [float(np.sqrt((sample['inputs']['audio'] ** 2).mean())) for sample in samples]
    assert levels[1] == 0
    assert levels[2:] == pytest.approx([heard['noise'], heard['misaligned']], rel=0.02)
    assert {sample['data_samples'].relpath for sample in samples} == {
        'Single-source/s4_data/raw_videos/test/dog/b.mp4'
    }
    # A file that is absent is counted by name, not replaced.
    (tmp_path / 'robust/Single-source/s4_data/audio_wav_noise/test/dog/b.wav').unlink()
    assert 'audio_wav_noise' in dataset[5]['data_samples'].unusable[1]


def test_masks_outside_the_window_and_masks_that_are_absent(sets):
    masks = sets / 'Single-source/s4_data/gt_masks/test'
    (masks / 'cat/a/a_3.png').unlink()
    for number in range(1, 6):
        (masks / f'dog/b/b_{number}.png').unlink()
    # 0.8 s around the middle of 5.2 s hold the moment of mask 3 alone, 2.9375 s.
    dataset = AVSBenchDataset(data_root=str(sets), pipeline=PIPELINE)
    assert dataset.coverage == (1, 2)
    assert dataset[0]['data_samples'].localization_targets == []
    whole = AVSBenchDataset(data_root=str(sets), pipeline=WHOLE)
    times = [target['time'] for target in whole[0]['data_samples'].localization_targets]
    assert times == [0.9375, 1.9375, 3.9375, 4.9375]


def test_what_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match="subset='avss'"):
        AVSBenchDataset(data_root=str(tmp_path), subset='avss')
    with pytest.raises(DataNotFoundError, match='annotation file does not exist'):
        AVSBenchDataset(data_root=str(tmp_path))
    table = tmp_path / 'Single-source' / 's4_meta_data.csv'
    table.parent.mkdir()
    table.write_text('name,start,category\na,0,cat\n')
    with pytest.raises(ConfigError, match=r"s4_meta_data\.csv: there is no column 'split'"):
        AVSBenchDataset(data_root=str(tmp_path))
    table.write_text('name,start,category,split\na,0,cat,train\n')
    with pytest.raises(ConfigError, match="no clip of the split 'test'"):
        AVSBenchDataset(data_root=str(tmp_path))
    with pytest.raises(DataNotFoundError, match="raw_videos, .* 'train/cat/a'"):
        AVSBenchDataset(data_root=str(tmp_path), split='train')

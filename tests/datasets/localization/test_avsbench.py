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
    data = tmp_path / 'Single-source/s4_data'
    for folder, level in (('noise', 0.2), ('misaligned', 0.01)):
        path = data / f'audio_wav_{folder}/test/dog/b.wav'
        path.parent.mkdir(parents=True)
        write_clip(path, duration=5.2, video=False, audio_codec='pcm_s16le', level=level)
    dataset = AVSBenchDataset(data_root=str(sets), negative_root=str(tmp_path), pipeline=WHOLE)
    assert len(dataset) == 8
    samples = [dataset[index] for index in (1, 3, 5, 7)]
    infos = [sample['data_samples'] for sample in samples]
    kinds = [info.get('silent_kind') for info in infos]
    assert kinds == [None, 'silence', 'noise', 'off_screen']
    assert [info.has_source for info in infos] == [True] + 3 * [False]
    levels = [float(np.sqrt((sample['inputs']['audio'] ** 2).mean())) for sample in samples]
    assert levels[1:] == pytest.approx([0, 0.2, 0.01], rel=0.02)
    assert len({info.relpath for info in infos}) == 1
    # A file that is absent is counted by name, not replaced.
    assert 'audio_wav_noise' in dataset[4]['data_samples'].unusable[1]


def test_masks_outside_the_window_and_masks_that_are_absent(sets):
    masks = sets / 'Single-source/s4_data/gt_masks/test'
    (masks / 'cat/a/a_3.png').unlink()
    for number in range(1, 6):
        (masks / f'dog/b/b_{number}.png').unlink()
    # 0.8 s around the middle of 5.2 s hold the moment of mask 3 alone, 2.9375 s.
    for pipeline, times in ((PIPELINE, []), (WHOLE, [0.9375, 1.9375, 3.9375, 4.9375])):
        dataset = AVSBenchDataset(data_root=str(sets), pipeline=pipeline)
        assert dataset.coverage == (1, 2)
        targets = dataset[0]['data_samples'].localization_targets
        assert [target['time'] for target in targets] == times


@pytest.mark.parametrize(
    ('settings', 'table', 'error', 'message'),
    [
        (dict(subset='avss'), '', ConfigError, "subset='avss'"),
        ({}, '', DataNotFoundError, 'annotation file does not exist'),
        ({}, 'name,category\na,cat\n', ConfigError, r"s4_meta_data\.csv: .* no column 'split'"),
        ({}, 'name,category,split\na,cat,train\n', ConfigError, "no clip of the split 'test'"),
        (
            dict(split='train'),
            'name,category,split\na,cat,train\n',
            DataNotFoundError,
            "raw_videos, .* 'train/cat/a'",
        ),
    ],
)
def test_what_is_not_there_is_a_sentence(tmp_path, settings, table, error, message):
    if table:
        (tmp_path / 'Single-source').mkdir()
        (tmp_path / 'Single-source' / 's4_meta_data.csv').write_text(table)
    with pytest.raises(error, match=message):
        AVSBenchDataset(data_root=str(tmp_path), **settings)

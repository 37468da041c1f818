"""From files to packed samples, and what happens to files that cannot be used."""

import numpy as np
import pytest
import torch
from media_factory import audio_lag, frame_number, write_clip
from mmengine.dataset import pseudo_collate
from pipelines import sync_pipeline
from torch.utils.data import DataLoader

from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.errors import (
    ConfigError,
    DataNotFoundError,
    MissingFileError,
    NoAudioError,
    UserError,
)


def pipeline(test_mode=False, **sampling):
    windows = dict(clip_seconds=0.8, num_negatives=2, min_shift=0.2, audio_seconds=1.4)
    return sync_pipeline(8, **(windows | sampling), test_mode=test_mode)


@pytest.fixture(scope='module')
def good(media_folder):
    """A folder of three usable files."""
    folder = media_folder / 'good'
    (folder / 'sub').mkdir(parents=True)
    write_clip(folder / 'a.mp4', duration=2.0)
    write_clip(folder / 'b.mkv', duration=2.4, audio_start=0.3, b_frames=1)
    write_clip(folder / 'sub' / 'c.mp4', duration=2.0, fps=12.5, sample_rate=44100)
    return folder


@pytest.fixture(scope='module')
def mixed(media_folder, good):
    """One usable file, and one for each reason why a file is not."""
    folder = media_folder / 'mixed'
    folder.mkdir()
    (folder / 'good.mp4').write_bytes((good / 'a.mp4').read_bytes())
    write_clip(folder / 'mute.mp4', duration=1.5, audio=False)
    write_clip(folder / 'blind.mp4', duration=1.5, video=False)
    write_clip(folder / 'silent.mp4', duration=1.5, level=0.0)
    write_clip(folder / 'short.mp4', duration=0.5)
    (folder / 'text.mp4').write_text('no video\n' * 50)
    return folder


REASONS = {
    'mute.mp4': 'no_audio',
    'blind.mp4': 'no_video',
    'silent.mp4': 'silent',
    'short.mp4': 'too_short',
    'text.mp4': 'unreadable',
    'gone.mp4': 'missing',
}


def test_sample_of_a_folder(good):
    np.random.seed(0)
    dataset = AudioVisualDataset(data_root=str(good), pipeline=pipeline())
    names = [dataset.get_data_info(i)['relpath'] for i in range(3)]
    assert names == ['a.mp4', 'b.mkv', 'sub/c.mp4']
    for index, rate in ((0, 25), (2, 12.5)):
        sample = dataset[index]
        imgs, audio = sample['inputs']['imgs'], sample['inputs']['audio']
        assert imgs.shape == (1, 3, 8, 64, 64) and imgs.dtype == torch.uint8
        assert audio.shape == (22400,) and audio.dtype == torch.float32
        info = sample['data_samples']
        assert info.relpath == dataset.get_data_info(index)['relpath']
        assert info.sample_idx == index and info.filename == str(good / info.relpath)
        assert info.sync_label.tolist() == [1, 0, 0] and 'gt_label' not in info
        # The frames are those of the in-sync window, and each window of audio has its own start.
        times = info.window_starts[0] + (np.arange(8) + 0.5) * 0.1
        shown = [frame_number(img) for img in imgs[0].permute(1, 2, 3, 0).numpy()]
        assert shown == [int(time * rate + 1e-6) for time in times]
        starts = (sample['inputs']['audio_starts'] * 16000).round().int().tolist()
        for start, first in zip(info.window_starts, starts, strict=True):
            wave = audio[first : first + 12800].numpy()
            assert len(wave) == 12800 and abs(audio_lag(wave, start, 16000)) <= 1e-3
        assert info.shift == [start - info.window_starts[0] for start in info.window_starts]
        assert all(abs(shift) >= 0.2 - 1e-9 for shift in info.shift[1:])


def test_mmaction2_spatial_transforms_run_in_between(good):
    steps = pipeline()
    steps[3:3] = [
        dict(type='FixedCrop', box=(0.0, 0.0, 1.0, 0.5)),
        dict(type='MultiScaleCrop', input_size=32, scales=(1, 0.8)),
        dict(type='Resize', scale=(40, 40), keep_ratio=False),
        dict(type='RandomResizedCrop', area_range=(0.5, 1.0)),
        dict(type='Resize', scale=(36, 36), keep_ratio=False),
        dict(type='RandomCrop', size=32),
        dict(type='CenterCrop', crop_size=28),
        dict(type='Flip', flip_ratio=1.0),
        dict(type='ColorJitter'),
    ]
    sample = AudioVisualDataset(data_root=str(good), pipeline=steps)[0]
    assert sample['inputs']['imgs'].shape == (1, 3, 8, 28, 28)
    assert sample['inputs']['imgs'].dtype == torch.uint8
    assert sample['data_samples'].flip and sample['data_samples'].img_shape == (28, 28)
    assert sample['data_samples'].original_shape == (64, 64)


def test_annotation_files_with_prefix_labels_and_columns(good, tmp_path):
    (tmp_path / 'list.txt').write_text('c.mp4 5\n')
    dataset = AudioVisualDataset(
        ann_file=str(tmp_path / 'list.txt'),
        data_root=str(good),
        data_prefix=dict(video='sub'),
        pipeline=pipeline(),
    )
    sample = dataset[0]['data_samples']
    assert sample.gt_label.tolist() == [5]
    assert sample.filename == str(good / 'sub' / 'c.mp4') and sample.relpath == 'c.mp4'
    (tmp_path / 'list.csv').write_text('word,file\nnow,b.mkv\nsoon,gone.mp4\n')
    dataset = AudioVisualDataset(
        str(tmp_path / 'list.csv'), data_root=str(good), on_unusable='error', pipeline=pipeline()
    )
    assert dataset.get_data_info(0)['columns'] == dict(word='now')
    assert dataset[0]['data_samples'].relpath == 'b.mkv'
    with pytest.raises(MissingFileError, match=r'gone\.mp4: does not exist, .*list\.csv line 3'):
        dataset[1]


def test_pairs_are_fixed_in_test_mode(good, tmp_path):
    def starts(ann_file=''):
        dataset = AudioVisualDataset(
            ann_file, data_root=str(good), pipeline=pipeline(True), test_mode=True
        )
        samples = [dataset[i]['data_samples'] for i in range(len(dataset))]
        return {sample.relpath: sample.window_starts for sample in samples}

    np.random.seed(5)
    first = starts()
    (tmp_path / 'other.txt').write_text('sub/c.mp4\na.mp4\n')
    other = starts(str(tmp_path / 'other.txt'))
    assert other == {name: first[name] for name in ('sub/c.mp4', 'a.mp4')}


def listed(mixed, tmp_path, names, **options):
    (tmp_path / 'list.txt').write_text('\n'.join(names))
    return AudioVisualDataset(str(tmp_path / 'list.txt'), data_root=str(mixed), **options)


def test_training_skips_and_notes(mixed, tmp_path):
    names = ['good.mp4', *REASONS]
    dataset = listed(mixed, tmp_path, names, pipeline=pipeline())

    def draw():
        np.random.seed(0)
        return [dataset[index]['data_samples'] for index in range(len(names))]

    samples = draw()
    assert 'replaced' not in samples[0].metainfo
    for name, sample in zip(names[1:], samples[1:], strict=True):
        assert sample.relpath == 'good.mp4'
        relpath, reason, sentence = sample.replaced[0]
        assert (relpath, reason) == (name, REASONS[name])
        assert sentence.startswith(str(mixed / name))
        assert all(REASONS[relpath] == reason for relpath, reason, _ in sample.replaced)
    # What is drawn instead follows the seed.
    for before, again in zip(samples[1:], draw()[1:], strict=True):
        assert again.replaced == before.replaced and again.window_starts == before.window_starts


def test_test_mode_lists_by_name(mixed, tmp_path):
    names = ['good.mp4', *REASONS]
    dataset = listed(mixed, tmp_path, names, pipeline=pipeline(True), test_mode=True)
    samples = [dataset[i] for i in range(len(names))]
    for index, name in enumerate(names[1:], start=1):
        assert samples[index]['inputs'] == dict(imgs=None, audio=None, audio_starts=None)
        info = samples[index]['data_samples']
        assert info.relpath == name and info.sample_idx == index
        assert info.filename == str(mixed / name)
        reason, sentence = info.unusable
        assert reason == REASONS[name] and name in sentence
    batch = pseudo_collate(samples)
    assert [imgs is None for imgs in batch['inputs']['imgs']] == [False] + [True] * 6
    assert len(batch['data_samples']) == 7


@pytest.mark.parametrize('test_mode', [False, True])
def test_error_policy(mixed, tmp_path, test_mode):
    names = ['good.mp4', '', 'mute.mp4', 'gone.mp4']
    settings = dict(pipeline=pipeline(test_mode), test_mode=test_mode, on_unusable='error')
    dataset = listed(mixed, tmp_path, names, **settings)
    with pytest.raises(NoAudioError, match=r'mute\.mp4: has no audio stream'):
        dataset[1]
    with pytest.raises(
        MissingFileError, match=r'gone\.mp4: does not exist, named in .*list\.txt line 4'
    ):
        dataset[2]
    assert dataset[0]['data_samples'].relpath == 'good.mp4'


def test_no_usable_video(mixed, tmp_path):
    dataset = listed(mixed, tmp_path, ['mute.mp4', 'short.mp4'], pipeline=pipeline())
    np.random.seed(0)
    with pytest.raises(UserError) as error:
        dataset[0]
    message = str(error.value)
    # None is tried twice.
    assert message.startswith(f'{tmp_path}/list.txt: no usable video among 2 drawn in a row of 2 ')
    assert 'too_short' in message and 'no_audio' in message
    assert message.count('mute.mp4: has no audio stream') == 1
    # Drawn several times, named once.
    dataset = listed(mixed, tmp_path, ['silent.mp4', 'mute.mp4'], pipeline=pipeline())
    with pytest.raises(UserError) as error:
        dataset[0]
    assert str(error.value).count('silent.mp4') == 1
    silent = listed(mixed, tmp_path, ['silent.mp4'], pipeline=pipeline(), max_refetch=3)
    with pytest.raises(UserError, match=r'list\.txt: its only video cannot be used: .*is silent'):
        silent[0]
    long = AudioVisualDataset(data_root=str(mixed), pipeline=pipeline(audio_seconds=9.0))
    with pytest.raises(UserError, match=r'mixed: no usable video .*too_short.*audio_seconds=9'):
        long[0]


def test_transform_that_refuses(good):
    refused = []

    def refuse_a(results):
        if results['relpath'] == 'a.mp4':
            refused.append(results['relpath'])
            return None
        return results

    np.random.seed(0)
    dataset = AudioVisualDataset(data_root=str(good), pipeline=[refuse_a, *pipeline()])
    sample = dataset[0]['data_samples']
    assert sample.relpath != 'a.mp4' and len(sample.replaced) == len(refused) >= 1
    assert 'refused by a transform' in sample.replaced[0][2]


def test_absent_data(tmp_path):
    hint = 'Make it with tools/get_it.py.'
    with pytest.raises(DataNotFoundError) as error:
        AudioVisualDataset(data_root=str(tmp_path / 'nowhere'), hint=hint)
    assert str(error.value) == (
        f'{tmp_path}/nowhere: this folder of videos does not exist. {hint} Give the folder of your '
        'own videos by data_root, or see everything work without any data by `make demo`.'
    )
    with pytest.raises(DataNotFoundError, match=r'list\.txt: this annotation file does not exist'):
        AudioVisualDataset('list.txt', data_root=str(tmp_path))
    with pytest.raises(ConfigError, match='this folder holds no video file, at any depth'):
        AudioVisualDataset(data_root=str(tmp_path))
    (tmp_path / 'list.txt').mkdir()
    with pytest.raises(DataNotFoundError, match=r'list\.txt: this annotation file does not exist'):
        AudioVisualDataset('list.txt', data_root=str(tmp_path))


def test_held_out_parts_of_a_folder(tmp_path):
    names = {f'{folder}/{i:03d}.mp4' for folder in 'ab' for i in range(100)}
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    def part(held_out):
        dataset = AudioVisualDataset(data_root=str(tmp_path), held_out=held_out)
        return {dataset.get_data_info(i)['relpath'] for i in range(len(dataset))}

    train, val = part(('train', 0.2)), part(('val', 0.2))
    assert not train & val and train | val == names == part(None)
    assert 20 <= len(val) <= 60
    # Files that come or go change nothing for the others.
    gone = sorted(val)[0]
    (tmp_path / gone).unlink()
    assert part(('train', 0.2)) == train and part(('val', 0.2)) == val - {gone}
    message = r'/: of its 199 videos none falls into the val part .* train with --no-validate'
    with pytest.raises(ConfigError, match=message.replace('/', tmp_path.name)):
        part(('val', 1e-9))


def test_bad_settings(good):
    part = r"held_out=.* must be \('train', share\)"
    for settings, message in (
        (dict(held_out=('test', 0.1)), part),
        (dict(held_out=('val', 0)), part),
        (dict(held_out=('val', 1)), part),
        (dict(pipeline=[*pipeline(), dict(type='LoadFrame')]), "pipeline is unknown: 'LoadFrame'"),
        (dict(pipeline=[dict(num_frames=3)]), 'Transform 0 of the pipeline is unknown: None'),
        (dict(pipeline=[dict(type='LoadFrames', num_frames=0)]), 'num_frames=0 must be more'),
        (dict(on_unusable='ignore'), "on_unusable='ignore' must be"),
        (dict(data_root=''), 'needs data_root'),
    ):
        with pytest.raises(ConfigError, match=message):
            AudioVisualDataset(**dict(data_root=str(good)) | settings)


def test_in_loader_workers(good):
    dataset = AudioVisualDataset(data_root=str(good), pipeline=pipeline(True))
    (batch,) = DataLoader(dataset, batch_size=3, num_workers=2, collate_fn=pseudo_collate)
    assert len(batch['inputs']['imgs']) == len(batch['inputs']['audio']) == 3
    for name in ('imgs', 'audio'):
        assert torch.equal(batch['inputs'][name][1], dataset[1]['inputs'][name])

import re

import pytest
import torch
from media_factory import write_clip
from mmengine.dataset import pseudo_collate
from pipelines import sync_pipeline

from mmav_coattn import errors
from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.datasets.resumable_sampler import Draw


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
    """A usable file, one without audio, and one whose audio is silent."""
    folder = media_folder / 'mixed'
    folder.mkdir()
    (folder / 'good.mp4').write_bytes((good / 'a.mp4').read_bytes())
    write_clip(folder / 'mute.mp4', duration=1.5, audio=False)
    write_clip(folder / 'silent.mp4', duration=1.5, level=0.0)
    return folder


def test_sample_of_a_folder(good):
    dataset = AudioVisualDataset(data_root=str(good), pipeline=pipeline())
    names = [dataset.get_data_info(i)['relpath'] for i in range(3)]
    assert names == ['a.mp4', 'b.mkv', 'sub/c.mp4']
    # That frames and audio are of the times that it says is tested in trust/test_odd_media.py.
    sample = dataset[2]
    imgs, audio = sample['inputs']['imgs'], sample['inputs']['audio']
    assert imgs.shape == (1, 3, 8, 64, 64) and imgs.dtype == torch.uint8
    assert audio.shape == (22400,) and audio.dtype == torch.float32
    info = sample['data_samples']
    assert (info.relpath, info.filename) == ('sub/c.mp4', f'{good}/sub/c.mp4')
    assert info.sample_idx == 2
    assert info.sync_label.tolist() == [1, 0, 0] and 'gt_label' not in info
    assert info.shift == [start - info.window_starts[0] for start in info.window_starts]


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
    info = sample['data_samples']
    assert info.flip and info.img_shape == (28, 28) and info.original_shape == (64, 64)


def listed(root, tmp_path, names, **options):
    (tmp_path / 'list.txt').write_text('\n'.join(names))
    return AudioVisualDataset(str(tmp_path / 'list.txt'), data_root=str(root), **options)


def test_annotation_files_with_prefix_labels_and_columns(good, tmp_path):
    settings = dict(data_prefix=dict(video='sub'), pipeline=pipeline())
    sample = listed(good, tmp_path, ['c.mp4 5'], **settings)[0]['data_samples']
    assert sample.gt_label.tolist() == [5]
    assert sample.filename == str(good / 'sub' / 'c.mp4') and sample.relpath == 'c.mp4'
    (tmp_path / 'list.csv').write_text('word,file\nnow,b.mkv\nsoon,gone.mp4\n')
    for test_mode in (False, True):
        settings = dict(pipeline=pipeline(), on_unusable='error', test_mode=test_mode)
        dataset = AudioVisualDataset(str(tmp_path / 'list.csv'), data_root=str(good), **settings)
        assert dataset.get_data_info(0)['columns'] == dict(word='now')
        assert dataset[0]['data_samples'].relpath == 'b.mkv'
        message = r'gone\.mp4: does not exist, named in .*list\.csv line 3'
        with pytest.raises(errors.MissingFileError, match=message):
            dataset[1]


@pytest.mark.parametrize(
    ('name', 'reason', 'sentence'),
    [
        ('mute.mp4', 'no_audio', 'has no audio stream'),
        ('gone.mp4', 'missing', 'does not exist, named in .* line 2'),
    ],
)
def test_training_skips_and_notes(mixed, tmp_path, name, reason, sentence):
    dataset = listed(mixed, tmp_path, ['good.mp4', name], pipeline=pipeline())
    assert 'replaced' not in dataset[0]['data_samples'].metainfo
    starts = []
    for seed in (0, 0, 1, 2, 3, 4):
        sample = dataset[Draw(1, seed)]['data_samples']
        assert sample.relpath == 'good.mp4'
        ((*replaced, said),) = sample.replaced  # tried once
        assert replaced == [name, reason]
        assert re.fullmatch(f'{mixed / name}: {sentence}', said)
        starts.append(sample.window_starts[0])
    assert starts[0] == starts[1] and len(set(starts)) == 5  # what is drawn follows the seed


def test_test_mode_lists_by_name_and_fixes_pairs(mixed, tmp_path):
    """The other reasons are in trust/test_odd_media.py."""
    names = ['good.mp4', 'silent.mp4', 'gone.mp4']
    dataset = listed(mixed, tmp_path, names, pipeline=pipeline(True), test_mode=True)
    samples = [dataset[i] for i in range(3)]
    for index, reason in ((1, 'silent'), (2, 'missing')):
        assert samples[index]['inputs'] == dict(imgs=None, audio=None, audio_starts=None)
        info = samples[index]['data_samples']
        assert (info.relpath, info.sample_idx) == (names[index], index)
        assert info.filename == str(mixed / names[index])
        assert info.unusable[0] == reason and names[index] in info.unusable[1]
    batch = pseudo_collate(samples)
    assert [imgs is None for imgs in batch['inputs']['imgs']] == [False, True, True]
    again = listed(mixed, tmp_path, names[::-1], pipeline=pipeline(True), test_mode=True)[2]
    first = samples[0]['data_samples']
    assert again['data_samples'].window_starts == first.window_starts


def test_no_usable_video(mixed, tmp_path):
    def message(names, **sampling):
        with pytest.raises(errors.UserError) as error:
            listed(mixed, tmp_path, names, pipeline=pipeline(**sampling), max_refetch=3)[0]
        return str(error.value)

    # None is tried twice.
    found = message(['mute.mp4', 'gone.mp4'])
    assert found.startswith(f'{tmp_path}/list.txt: no usable video among 2 drawn in a row of 2 (')
    assert '1 no_audio' in found and '1 missing' in found
    # But for silence, which another draw may not meet; it is named once.
    assert message(['silent.mp4', 'mute.mp4']).count('silent.mp4: ') == 1
    assert 'its only video cannot be used: ' in message(['silent.mp4'])
    assert 'audio_seconds=9' in message(['good.mp4'], audio_seconds=9.0)


def test_transform_that_refuses(good):
    steps = [lambda results: None if results['relpath'] == 'a.mp4' else results, *pipeline()]
    sample = AudioVisualDataset(data_root=str(good), pipeline=steps)[0]['data_samples']
    assert sample.relpath != 'a.mp4' and 'refused by a transform' in sample.replaced[0][2]


def test_absent_data(tmp_path):
    hint = 'Make it with tools/get_it.py.'
    with pytest.raises(errors.DataNotFoundError) as error:
        AudioVisualDataset(data_root=str(tmp_path / 'nowhere'), hint=hint)
    assert str(error.value) == (
        f'{tmp_path}/nowhere: this folder of videos does not exist. {hint} Give the folder of your '
        'own videos by data_root, or see everything work without any data by `make demo`.'
    )
    with pytest.raises(errors.ConfigError, match='this folder holds no video file, at any depth'):
        AudioVisualDataset(data_root=str(tmp_path))
    for make in (lambda: None, (tmp_path / 'list.txt').mkdir):
        make()
        with pytest.raises(errors.DataNotFoundError, match=r'list\.txt: this annotation file'):
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
    message = rf'{tmp_path.name}: of its 200 videos none falls into the val part .*--no-validate'
    with pytest.raises(errors.ConfigError, match=message):
        part(('val', 1e-9))


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (dict(held_out=('test', 0.1)), r"held_out=.* must be \('train', share\)"),
        (dict(held_out=('val', 0)), r"held_out=.* must be \('train', share\)"),
        (dict(held_out=('val', 1)), r"held_out=.* must be \('train', share\)"),
        (dict(pipeline=[dict(type='LoadFrame')]), "0 of the pipeline is unknown: 'LoadFrame'"),
        (dict(pipeline=[dict(num_frames=3)]), 'Transform 0 of the pipeline is unknown: None'),
        (dict(on_unusable='ignore'), "on_unusable='ignore' must be"),
        (dict(data_root=''), 'needs data_root'),
    ],
)
def test_bad_settings(good, settings, message):
    with pytest.raises(errors.ConfigError, match=message):
        AudioVisualDataset(**dict(data_root=str(good)) | settings)

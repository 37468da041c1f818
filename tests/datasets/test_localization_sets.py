import json

import cv2
import numpy as np
import pytest
from annotated_clips import PIPELINE, write_avatar, write_avsbench, write_is3, write_vggss
from media_factory import write_clip

from mmav_coattn.datasets import AVATARDataset, AVSBenchDataset, IS3Dataset, VGGSSDataset
from mmav_coattn.datasets.localization import boxed_clips
from mmav_coattn.datasets.localization.flickr_soundnet import FlickrSoundNetDataset
from mmav_coattn.errors import ConfigError, DataNotFoundError
from mmav_coattn.evaluation.metrics.sound_localization_metric import read_mask

WHOLE = [PIPELINE[0], dict(type='SampleMiddleWindow', clip_seconds=4.9), *PIPELINE[2:]]
BOX = '<bbox><id>1</id><xmin>0</xmin><ymin>64</ymin><xmax>128</xmax><ymax>256</ymax></bbox>'
OTHER = '<bbox><id>1</id><left>32</left><top>64</top><right>64</right><bottom>128</bottom></bbox>'


def write_videos(root, *names, **settings):
    (root / 'videos').mkdir(exist_ok=True)
    for name in names:
        write_clip(root / 'videos' / name, **{'duration': 1.2, 'fps': 10, **settings})


def test_vggss_uses_the_videos_that_are_there_and_says_how_many(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(boxed_clips, 'print_log', lambda message, logger: told.append(message))
    write_vggss(tmp_path, ['abc_000001', 'gone_000002', 'xyz_000003'])
    write_videos(tmp_path, 'abc_000001.mp4', 'xyz_000003.mkv', 'other.mp4')
    (tmp_path / 'videos' / 'gone_000002.txt').touch()
    silent = dict(kinds=('silence',))
    dataset = VGGSSDataset(data_root=str(tmp_path), pipeline=PIPELINE, silent_clips=silent)
    assert dataset.coverage == (2, 3) and len(dataset) == 4
    assert told == ['VGGSSDataset: 2 of 3 clips are there; absent: gone_000002.']
    sample, twin = dataset[1], dataset[3]
    info = sample['data_samples']
    assert info.relpath == 'videos/xyz_000003.mkv' and info.has_source is True
    (target,) = info.localization_targets
    assert target['boxes'] == [[0.1, 0.2, 0.5, 0.6], [0.4, 0.2, 0.8, 0.9]]
    assert target['time'] is None and target['annotators'] == 1
    # Its silent twin has the same frames.
    assert sample['inputs']['audio'].any() and not twin['inputs']['audio'].any()
    assert (sample['inputs']['imgs'] == twin['inputs']['imgs']).all()
    assert twin['data_samples'].has_source is False


def test_silent_extension_by_list_and_by_entries_without_a_box(tmp_path):
    write_vggss(tmp_path, ['a', 'b'])
    entries = json.loads((tmp_path / 'vggss.json').read_text())
    entries[1]['bbox'] = []
    (tmp_path / 'vggss.json').write_text(json.dumps(entries))
    (tmp_path / 'plus_silent.csv').write_text('a,1\nquiet,0\n\n')
    write_videos(tmp_path, 'a.mkv', audio_codec='pcm_s16le')
    write_videos(tmp_path, 'b.mkv', 'quiet.mkv', audio_codec='pcm_s16le', level=0)
    settings = dict(silent_list='plus_silent.csv', pipeline=PIPELINE)
    dataset = VGGSSDataset(data_root=str(tmp_path), **settings)
    assert dataset.coverage == (3, 3)
    samples = [dataset[index]['data_samples'] for index in range(3)]
    assert [sample.has_source for sample in samples] == [True, False, False]
    assert [len(sample.localization_targets) for sample in samples] == [1, 0, 0]
    assert not dataset[2]['inputs']['audio'].any()


def test_frames_with_sounds_of_their_own(tmp_path):
    write_vggss(tmp_path, ['a', 'b'])
    (tmp_path / 'frames').mkdir()
    (tmp_path / 'audio').mkdir()
    frame = np.random.default_rng(0).integers(0, 256, (30, 40, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / 'frames' / 'a.png'), frame[..., ::-1])
    write_clip(tmp_path / 'audio' / 'a.wav', duration=2, video=False, audio_codec='pcm_s16le')
    dataset = VGGSSDataset(data_root=str(tmp_path), layout='frames', pipeline=PIPELINE)
    assert dataset.coverage == (1, 2)
    inputs = dataset[0]['inputs']
    assert inputs['imgs'].shape == (1, 3, 4, 30, 40) and inputs['audio'].shape == (12800,)
    for image in inputs['imgs'][0].permute(1, 2, 3, 0).numpy():
        np.testing.assert_array_equal(image, frame)


def test_flickr_list_boxes_and_coverage(tmp_path):
    both = f'<annotation><person>{BOX}</person><person>{OTHER}</person></annotation>'
    (tmp_path / 'Annotations').mkdir()
    for name in ('1', '2', '3'):
        (tmp_path / 'Annotations' / f'{name}.xml').write_text(both)
    write_videos(tmp_path, '2.mp4', '3.mp4')
    assert FlickrSoundNetDataset(data_root=str(tmp_path)).coverage == (2, 3)
    (tmp_path / 'test.csv').write_text('1,7\n2,9\n')
    settings = dict(data_root=str(tmp_path), test_list='test.csv')
    dataset = FlickrSoundNetDataset(**settings)
    assert dataset.coverage == (1, 2)
    info = dataset.get_data_info(0)
    assert info['annotators'] == 2
    assert info['boxes'] == [[0, 0.25, 0.5, 1.0], [0.125, 0.25, 0.25, 0.5]]
    for text, message in (
        (BOX.replace('64', 'left'), r'2\.xml: a bbox holds'),
        ('<annotation>', r'2\.xml: this annotation is no XML'),
    ):
        (tmp_path / 'Annotations/2.xml').write_text(text)
        with pytest.raises(ConfigError, match=message):
            FlickrSoundNetDataset(**settings)
    (tmp_path / 'test.csv').write_text('9\n')
    with pytest.raises(DataNotFoundError, match=r'9\.xml: .*absent'):
        FlickrSoundNetDataset(**settings)


def test_is3_masks_of_the_annotations_that_are_there_and_negatives(tmp_path):
    write_is3(tmp_path, ['baby_cat_7_baby', 'baby_cat_7_cat'])
    kinds = dict(kinds=('silence', 'noise', 'off_screen'))
    dataset = IS3Dataset(data_root=str(tmp_path), pipeline=PIPELINE, silent_clips=kinds)
    assert dataset.coverage == (2, 2) and len(dataset) == 8
    sample = dataset[1]['data_samples']
    assert sample.relpath == 'images/baby_cat_7_cat.jpg' and sample.has_source is True
    (target,) = sample.localization_targets
    assert target['time'] is None and target['boxes'] == []
    assert target['mask'] == str(tmp_path / 'gt_segmentation' / 'baby_cat_7_cat.jpg')
    # A JPEG is 0 and 255 with ringing; 4 of 16 rows sound.
    assert read_mask(target['mask'], 64).mean() == pytest.approx(0.25, abs=0.02)
    assert not dataset[2]['inputs']['audio'].any() and dataset[4]['inputs']['audio'].any()
    assert dataset.get_data_info(6)['other_filename'].endswith('audio_wav/baby_cat_7_cat.wav')
    (tmp_path / 'gt_segmentation' / 'baby_cat_7_baby.jpg').unlink()
    (tmp_path / 'audio_wav' / 'baby_cat_7_cat.wav').rename(tmp_path / 'audio_wav' / 'else.wav')
    with pytest.raises(DataNotFoundError, match='none of the 2 clips'):
        IS3Dataset(data_root=str(tmp_path), pipeline=PIPELINE)


@pytest.fixture(scope='module')
def avsbench(tmp_path_factory):
    folder = tmp_path_factory.mktemp('avsbench')
    write_avsbench(folder, [('a', 'cat', 'test'), ('b', 'dog', 'test'), ('c', 'dog', 'train')])
    return folder


@pytest.mark.parametrize(
    ('subset', 'path', 'mask'),
    [
        ('s4', 'Single-source/s4_data/raw_videos/test/cat/a.mp4', 'test/cat/a/a_2.png'),
        ('ms3', 'Multi-sources/ms3_data/raw_videos/a.mp4', 'test/a/a_2.png'),
    ],
)
def test_avsbench_clips_of_a_split_with_their_masks(avsbench, subset, path, mask):
    dataset = AVSBenchDataset(data_root=str(avsbench), subset=subset, pipeline=WHOLE)
    assert dataset.coverage == (2, 2) and len(dataset) == 2
    sample = dataset[0]['data_samples']
    assert sample.relpath == path and sample.has_source is True
    targets = sample.localization_targets
    assert [target['time'] for target in targets] == [0.9375, 1.9375, 2.9375, 3.9375, 4.9375]
    assert targets[1]['mask'] == str(avsbench / path.split('raw_videos')[0] / 'gt_masks' / mask)
    # Mask K has K - 1 of 16 rows.
    shares = [read_mask(target['mask'], 32).mean() for target in targets]
    assert shares == [row / 16 for row in range(5)]
    assert len(AVSBenchDataset(data_root=str(avsbench), subset=subset, split='train')) == 1


def test_avsbench_robust_audio_for_the_same_clips(avsbench, tmp_path):
    data = tmp_path / 'Single-source/s4_data'
    for folder, level in (('noise', 0.2), ('misaligned', 0.01)):
        path = data / f'audio_wav_{folder}/test/dog/b.wav'
        path.parent.mkdir(parents=True)
        write_clip(path, duration=5.2, video=False, audio_codec='pcm_s16le', level=level)
    settings = dict(negative_root=str(tmp_path), pipeline=WHOLE)
    dataset = AVSBenchDataset(data_root=str(avsbench), **settings)
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


def test_avsbench_masks_outside_the_window_and_masks_that_are_absent(avsbench):
    masks = avsbench / 'Single-source/s4_data/gt_masks/test'
    (masks / 'cat/a/a_3.png').unlink()
    for number in range(1, 6):
        (masks / f'dog/b/b_{number}.png').unlink()
    # 0.8 s around the middle of 5.2 s hold the moment of mask 3 alone, 2.9375 s.
    for pipeline, times in ((PIPELINE, []), (WHOLE, [0.9375, 1.9375, 3.9375, 4.9375])):
        dataset = AVSBenchDataset(data_root=str(avsbench), pipeline=pipeline)
        assert dataset.coverage == (1, 2)
        targets = dataset[0]['data_samples'].localization_targets
        assert [target['time'] for target in targets] == times


@pytest.fixture(scope='module')
def avatar(tmp_path_factory):
    folder = tmp_path_factory.mktemp('avatar')
    quarter = [0, 0, 100, 0, 100, 50, 0, 50]
    one = dict(task='Single-Sound', segmentation=[quarter], bbox=[0, 0, 100, 50])
    two = dict(task='Mixed-Sound', bbox=[100, 0, 100, 100])
    off = dict(task='Off-Screen')
    frames = [('a', 10, [one]), ('a', 20, [one, two]), ('a', 30, [off]), ('b', 10, [off])]
    write_avatar(folder, [*frames, ('c', 10, [two])])
    return folder


def test_avatar_outlines_and_boxes_of_every_frame(avatar):
    dataset = AVATARDataset(data_root=str(avatar), pipeline=WHOLE)
    first, second = dataset[0]['data_samples'], dataset[1]['data_samples']
    assert first.relpath == 'video/a.mp4' and first.has_source is True
    quarter, both = first.localization_targets
    assert (quarter['time'], both['time']) == pytest.approx((1.05, 2.05))
    expected = np.zeros((64, 64))
    expected[:33, :33] = 1  # with the edge, as OpenCV fills
    np.testing.assert_array_equal(read_mask(quarter['mask'], 64), expected)
    expected[:, 32:] = 1
    np.testing.assert_array_equal(read_mask(both['mask'], 64), expected)
    assert second.has_source is False and second.localization_targets == []


def test_avatar_scenarios(avatar):
    for task, names, shares in (
        ('Single-Sound', ['a'], [(33 / 64) ** 2] * 2),
        ('Mixed-Sound', ['a', 'c'], [0.5]),
        ('Off-Screen', ['b'], []),
    ):
        dataset = AVATARDataset(data_root=str(avatar), task=task, pipeline=WHOLE)
        found = [dataset[index]['data_samples'] for index in range(len(dataset))]
        assert [sample.relpath for sample in found] == [f'video/{name}.mp4' for name in names]
        masks = [read_mask(x['mask'], 64).mean() for x in found[0].localization_targets]
        assert masks == pytest.approx(shares)


VGGSS = {'vggss.json': '[{"file": "a", "bbox": [[0, 0, 1, 1]]}]'}
META = 'Single-source/s4_meta_data.csv'
NO_SPLIT, TRAIN = {META: 'name,category\na,cat\n'}, {META: 'name,category,split\na,cat,train\n'}
NO_LIST = r'vggss\.json: this annotation must be a list; entry 0'


@pytest.mark.parametrize(
    ('kind', 'settings', 'files', 'error', 'message'),
    [
        (VGGSSDataset, {}, {}, DataNotFoundError, 'annotation file does not exist'),
        (VGGSSDataset, {}, VGGSS, DataNotFoundError, "none of the 1 clips .* videos, .* 'a'"),
        (VGGSSDataset, dict(layout='frames'), VGGSS, DataNotFoundError, 'frames and audio'),
        (VGGSSDataset, dict(layout='zip'), VGGSS, ConfigError, "layout='zip'"),
        (VGGSSDataset, dict(silent_list='no.csv'), VGGSS, DataNotFoundError, 'list of clips'),
        *(
            (VGGSSDataset, {}, {'vggss.json': text}, ConfigError, NO_LIST)
            for text in ('{', '{}', '[]', '[3]', '[{"file": 1}]', '[{"file": 1, "bbox": [[1]]}]')
        ),
        *(
            (IS3Dataset, {}, {'IS3_annotation.json': text}, ConfigError, 'this must be a list')
            for text in ('{"a": 1}', 'no json', '[{"picture": "a.jpg"}]')
        ),
        (AVATARDataset, {}, {}, DataNotFoundError, 'annotation file does not exist'),
        (AVATARDataset, {}, {'metadata/a/1.json': '{"fps": 0}'}, ConfigError, r'1\.json: .* ann'),
        (AVATARDataset, {}, {'metadata/a/1.txt': ''}, ConfigError, 'metadata: it has no clip of'),
        (AVSBenchDataset, dict(subset='avss'), {}, ConfigError, "subset='avss'"),
        (AVSBenchDataset, {}, {}, DataNotFoundError, 'annotation file does not exist'),
        (AVSBenchDataset, {}, NO_SPLIT, ConfigError, r"s4_meta_data\.csv: .* no column 'split'"),
        (AVSBenchDataset, {}, TRAIN, ConfigError, "no clip of the split 'test'"),
        (AVSBenchDataset, dict(split='train'), TRAIN, DataNotFoundError, "such as 'train/cat/a'"),
    ],
)
def test_what_is_not_there_is_a_sentence(tmp_path, kind, settings, files, error, message):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(error, match=message):
        kind(data_root=str(tmp_path), **settings)

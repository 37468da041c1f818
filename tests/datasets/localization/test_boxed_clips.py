"""Public test sets on whatever of their files is there."""

import json

import cv2
import numpy as np
import pytest
from media_factory import write_clip

from mmav_coattn.datasets.localization import (
    FlickrSoundNetDataset,
    MouthBoxDataset,
    VGGSSDataset,
    boxed_clips,
    read_flickr_boxes,
    read_vggss,
)
from mmav_coattn.errors import ConfigError, DataNotFoundError, UnreadableMediaError
from mmav_coattn.media import StillMedia

PIPELINE = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleMiddleWindow', clip_seconds=0.8),
    dict(type='LoadFrames', num_frames=4),
    dict(type='LocalizationTargets'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='PackAudioVisualInputs', extra_meta_keys=('localization_targets', 'has_source')),
]


def write_vggss(folder, names):
    entries = [
        {'file': name, 'class': 'dog', 'bbox': [[0.1, 0.2, 0.5, 0.6], [0.4, 0.2, 0.8, 0.9]]}
        for name in names
    ]
    (folder / 'vggss.json').write_text(json.dumps(entries))


def write_flickr(folder, name, boxes):
    folder.mkdir(exist_ok=True)
    people = ''.join(
        '<person><bbox><id>1</id>'
        + ''.join(f'<{k}>{v}</{k}>' for k, v in zip(keys, box, strict=True))
        + '</bbox></person>'
        for keys, box in boxes
    )
    (folder / f'{name}.xml').write_text(f'<annotation>{people}</annotation>')


NAMED = ('xmin', 'ymin', 'xmax', 'ymax')


def test_vggss_uses_the_videos_that_are_there_and_says_how_many(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(boxed_clips, 'print_log', lambda message, logger: told.append(message))
    write_vggss(tmp_path, ['abc_000001', 'gone_000002', 'xyz_000003'])
    (tmp_path / 'videos').mkdir()
    for name in ('abc_000001.mp4', 'xyz_000003.mkv', 'other.mp4', 'gone_000002.txt'):
        write_clip(tmp_path / 'videos' / name.replace('.txt', '.mp4'), duration=1.2, fps=10)
    (tmp_path / 'videos' / 'gone_000002.mp4').rename(tmp_path / 'videos' / 'gone_000002.txt')
    dataset = VGGSSDataset(data_root=str(tmp_path), pipeline=PIPELINE)
    assert dataset.coverage == (2, 3) and len(dataset) == 2
    assert told == ['VGGSSDataset: 2 of 3 clips are there; absent: gone_000002.']
    sample = dataset[1]['data_samples']
    assert sample.relpath == 'videos/xyz_000003.mkv' and sample.has_source is True
    (target,) = sample.localization_targets
    assert target['boxes'] == [[0.1, 0.2, 0.5, 0.6], [0.4, 0.2, 0.8, 0.9]]
    assert target['time'] is None and target['annotators'] == 1


def test_silent_extension_by_list_and_by_entries_without_a_box(tmp_path):
    write_vggss(tmp_path, ['a', 'b'])
    entries = json.loads((tmp_path / 'vggss.json').read_text())
    entries[1]['bbox'] = []
    (tmp_path / 'vggss.json').write_text(json.dumps(entries))
    (tmp_path / 'plus_silent.csv').write_text('a,1\nquiet,0\n\n')
    (tmp_path / 'videos').mkdir()
    for name in ('a', 'b', 'quiet'):
        path = tmp_path / 'videos' / f'{name}.mkv'
        write_clip(path, duration=1, audio_codec='pcm_s16le', level=0.05 * (name == 'a'))
    dataset = VGGSSDataset(
        data_root=str(tmp_path), silent_list='plus_silent.csv', pipeline=PIPELINE
    )
    assert dataset.coverage == (3, 3)
    samples = [dataset[i] for i in range(3)]
    assert [s['data_samples'].has_source for s in samples] == [True, False, False]
    assert [len(s['data_samples'].localization_targets) for s in samples] == [1, 0, 0]
    assert not samples[2]['inputs']['audio'].any()


def test_frames_with_sounds_of_their_own(tmp_path):
    write_vggss(tmp_path, ['a', 'b'])
    (tmp_path / 'frames').mkdir()
    (tmp_path / 'audio').mkdir()
    picture = np.random.default_rng(0).integers(0, 256, (30, 40, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / 'frames' / 'a.png'), picture[..., ::-1])
    cv2.imwrite(str(tmp_path / 'frames' / 'b.png'), picture)
    write_clip(tmp_path / 'audio' / 'a.wav', duration=2, video=False, audio_codec='pcm_s16le')
    dataset = VGGSSDataset(data_root=str(tmp_path), layout='frames', pipeline=PIPELINE)
    assert dataset.coverage == (1, 2)
    inputs = dataset[0]['inputs']
    assert inputs['imgs'].shape == (1, 3, 4, 30, 40) and inputs['audio'].shape == (12800,)
    for t in range(4):
        np.testing.assert_array_equal(inputs['imgs'][0, :, t].permute(1, 2, 0).numpy(), picture)


def test_still_media_scales_and_refuses(tmp_path):
    write_clip(tmp_path / 'a.wav', duration=1, video=False, audio_codec='pcm_s16le')
    cv2.imwrite(str(tmp_path / 'a.png'), np.full((60, 30, 3), 7, np.uint8))
    with StillMedia(str(tmp_path / 'a.png'), str(tmp_path / 'a.wav')) as media:
        assert media.read_frames([0.1, 0.2], short_side=10).shape == (2, 20, 10, 3)
        assert media.read_frames([0.1], short_side=100).shape == (1, 60, 30, 3)
        assert media.common_span == pytest.approx((0.0, 1.0))
    (tmp_path / 'b.png').write_bytes(b'none')
    with pytest.raises(UnreadableMediaError, match='as a picture'):
        StillMedia(str(tmp_path / 'b.png'), str(tmp_path / 'a.wav'))


def test_flickr_boxes_of_all_annotators(tmp_path):
    other = ('left', 'top', 'right', 'bottom')
    write_flickr(tmp_path, 'x', [(NAMED, (0, 64, 128, 256)), (other, (32, 64, 64, 128))])
    assert read_flickr_boxes(tmp_path / 'x.xml') == [[0, 0.25, 0.5, 1.0], [0.125, 0.25, 0.25, 0.5]]
    write_flickr(tmp_path, 'y', [(NAMED, (0, 'left', 128, 256))])
    with pytest.raises(ConfigError, match=r'y\.xml: a bbox holds'):
        read_flickr_boxes(tmp_path / 'y.xml')
    (tmp_path / 'z.xml').write_text('<annotation>')
    with pytest.raises(ConfigError, match=r'z\.xml: this annotation is no XML'):
        read_flickr_boxes(tmp_path / 'z.xml')


def test_flickr_list_and_coverage(tmp_path):
    for name in ('1', '2', '3'):
        write_flickr(tmp_path / 'Annotations', name, [(NAMED, (0, 0, 128, 128))])
    (tmp_path / 'videos').mkdir()
    write_clip(tmp_path / 'videos' / '2.mp4', duration=1)
    write_clip(tmp_path / 'videos' / '3.mp4', duration=1)
    assert FlickrSoundNetDataset(data_root=str(tmp_path)).coverage == (2, 3)
    (tmp_path / 'test.csv').write_text('1,7\n2,9\n')
    dataset = FlickrSoundNetDataset(data_root=str(tmp_path), test_list='test.csv')
    assert dataset.coverage == (1, 2)
    info = dataset.get_data_info(0)
    assert info['annotators'] == 2 and info['boxes'] == [[0, 0, 0.5, 0.5]]
    (tmp_path / 'test.csv').write_text('9\n')
    with pytest.raises(DataNotFoundError, match=r'9\.xml: .*absent'):
        FlickrSoundNetDataset(data_root=str(tmp_path), test_list='test.csv')


def test_nothing_there_is_a_sentence(tmp_path):
    with pytest.raises(DataNotFoundError, match='annotation does not exist'):
        VGGSSDataset(data_root=str(tmp_path))
    write_vggss(tmp_path, ['a'])
    with pytest.raises(DataNotFoundError, match="none of the 1 clips .* videos, .* 'a'"):
        VGGSSDataset(data_root=str(tmp_path))
    with pytest.raises(DataNotFoundError, match='frames and audio'):
        VGGSSDataset(data_root=str(tmp_path), layout='frames')
    with pytest.raises(ConfigError, match="layout='zip'"):
        VGGSSDataset(data_root=str(tmp_path), layout='zip')
    with pytest.raises(DataNotFoundError, match='list of clips'):
        VGGSSDataset(data_root=str(tmp_path), silent_list='no.csv')


@pytest.mark.parametrize(
    'text', ['{', '{}', '[]', '[{"file": "a"}]', '[{"file": "a", "bbox": [[1, 2, 3]]}]', '[3]']
)
def test_malformed_vggss(tmp_path, text):
    (tmp_path / 'vggss.json').write_text(text)
    with pytest.raises(ConfigError, match=r'vggss\.json'):
        read_vggss(tmp_path / 'vggss.json')


def test_mouth_boxes(tmp_path):
    write_clip(tmp_path / 'talk.mp4', duration=1)
    ann_file = tmp_path / 'boxes.json'
    ann_file.write_text(json.dumps(dict(size=[200, 100], clips={'talk.mp4': [20, 50, 100, 75]})))
    dataset = MouthBoxDataset(ann_file=str(ann_file), data_root=str(tmp_path), pipeline=PIPELINE)
    (target,) = dataset[0]['data_samples'].localization_targets
    assert target['boxes'] == [[0.1, 0.5, 0.5, 0.75]]
    for text in ('{}', json.dumps(dict(size=[9, 9], clips={'talk.mp4': [5, 5, 4, 9]}))):
        ann_file.write_text(text)
        with pytest.raises(ConfigError, match='malformed boxes of mouths'):
            MouthBoxDataset(ann_file=str(ann_file), data_root=str(tmp_path))


def test_silent_twins_of_a_set(tmp_path):
    write_vggss(tmp_path, ['a', 'b'])
    (tmp_path / 'videos').mkdir()
    for name in ('a', 'b'):
        write_clip(tmp_path / 'videos' / f'{name}.mp4', duration=1)
    pipeline = [*PIPELINE[:-1], dict(type='ReplaceSound'), PIPELINE[-1]]
    dataset = VGGSSDataset(
        data_root=str(tmp_path), pipeline=pipeline, silent_clips=dict(kinds=('silence',))
    )
    assert len(dataset) == 4
    source, silent = dataset[0], dataset[2]
    assert source['inputs']['audio'].any() and not silent['inputs']['audio'].any()
    assert (source['inputs']['imgs'] == silent['inputs']['imgs']).all()
    assert silent['data_samples'].has_source is False

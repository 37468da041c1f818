"""Features of whole videos against the towers run by hand, and a file that goes on."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from media_factory import write_clip
from mmengine.config import Config
from models.tiny import MODEL

from mmav_coattn import cli
from mmav_coattn.apis import AudioVisualInferencer, ExtractedFeatures
from mmav_coattn.apis.feature_extraction import FeatureFile
from mmav_coattn.apis.many_files import expand_inputs
from mmav_coattn.errors import ConfigError, NoAudioError, UserError
from mmav_coattn.media import MediaFile
from mmav_coattn.transfer.feature_files import read_features

CONFIG = f"""
model = {MODEL!r}
test_pipeline = [
    dict(type='SampleSyncWindows', clip_seconds=0.8, test_mode=True),
    dict(type='LoadFrames', num_frames=8),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='LoadAudio', sample_rate=16000),
]
"""


@pytest.fixture(scope='module')
def inferencer():
    torch.manual_seed(0)
    return AudioVisualInferencer(Config.fromstring(CONFIG, '.py'), batch_size=2)


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp('videos')
    write_clip(folder / 'late.mp4', duration=2.0, video_start=0.2, audio_duration=2.5)
    write_clip(folder / 'mute.mp4', duration=1.0, audio=False)
    return folder


@torch.no_grad()
def test_equals_the_towers_by_hand(inferencer, videos):
    found = inferencer.extract(videos / 'late.mp4')
    # 2 s of both from 0.2 s on; the third window ends with the picture.
    np.testing.assert_allclose(found.times, [[0.2, 1.0], [1.0, 1.8], [1.4, 2.2]], atol=1e-6)
    assert found.visual.shape == found.audio.shape == (3, 16)
    with MediaFile(videos / 'late.mp4') as media:
        for (start, _), visual, audio in zip(found.times, found.visual, found.audio, strict=True):
            frames = media.read_frames(start + (np.arange(8) + 0.5) * 0.1)
            images = [inferencer.settings.prepare(frame) for frame in frames]
            imgs = inferencer.model.data_preprocessor.normalize(torch.stack(images, 1)[None])
            by_hand = inferencer.model.backbone.forward_visual(imgs).mean(dim=(2, 3, 4))[0]
            np.testing.assert_allclose(visual, by_hand, atol=1e-5)
            wave = torch.from_numpy(media.read_audio(start, 0.8, 16000))[None]
            log_mel = inferencer.model.data_preprocessor.spectrograms(wave)
            by_hand = inferencer.model.backbone.forward_audio(log_mel[None]).mean(dim=(2, 3))[0]
            np.testing.assert_allclose(audio, by_hand, atol=1e-4)
    assert np.abs(found.visual[0] - found.visual[1]).max() > 1e-4


def test_one_tower_needs_one_stream(inferencer, videos):
    found = inferencer.extract(videos / 'mute.mp4', towers=['visual'])
    assert found.audio is None and found.visual.shape == (2, 16)
    with pytest.raises(NoAudioError):
        inferencer.extract(videos / 'mute.mp4')
    with pytest.raises(ConfigError, match='must be of'):
        inferencer.extract(videos / 'mute.mp4', towers=['smell'])
    batch = inferencer.extract(videos)
    assert len(batch.results) == 1 and 'mute.mp4' in next(iter(batch.failures))


@pytest.fixture
def videos_of_its_own(videos, tmp_path):
    """A copy that a test may change."""
    return Path(shutil.copytree(videos, tmp_path / 'videos'))


@pytest.fixture
def command(tmp_path, inferencer, videos_of_its_own, capsys):
    folder = tmp_path / 'network'
    folder.mkdir()
    (folder / 'tiny.py').write_text(CONFIG)
    torch.save(dict(state_dict=inferencer.model.state_dict()), folder / 'epoch_1.pth')

    def run(*arguments):
        command = ['extract', videos_of_its_own, '--checkpoint', folder / 'epoch_1.pth', '--quiet']
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in [*command, *arguments]])
        out, err = capsys.readouterr()
        return end.value.code or 0, out, err

    return run


def test_folder_into_one_file_that_goes_on(
    command, inferencer, videos_of_its_own, tmp_path, monkeypatch
):
    videos = videos_of_its_own
    out = tmp_path / 'features.npz'
    code, printed, err = command('--out', out, '--towers', 'visual')
    assert code == 0 and f'{out}: 5 windows of 2 videos' in printed
    held = read_features(out)
    assert held['files'].tolist() == [str(videos / 'late.mp4'), str(videos / 'mute.mp4')]
    assert held['file_index'].tolist() == [0, 0, 0, 1, 1]
    expected = inferencer.extract(videos / 'late.mp4', towers=['visual'])
    np.testing.assert_allclose(held['visual'][:3], expected.visual, atol=1e-5)
    np.testing.assert_allclose(held['times'][:3], expected.times)
    # Again: nothing is computed; a video that changed is.
    done = []
    extract = AudioVisualInferencer.extract
    monkeypatch.setattr(
        AudioVisualInferencer,
        'extract',
        lambda self, path, **kw: done.append(path.name) or extract(self, path, **kw),
    )
    code, printed, _ = command('--out', out, '--towers', 'visual')
    assert code == 0 and not done and '2 of them computed before' in printed
    write_clip(videos / 'mute.mp4', duration=2.4, audio=False)
    code, printed, _ = command('--out', out, '--towers', 'visual')
    assert done == ['mute.mp4'] and len(read_features(out)['times']) == 6
    code, _, err = command('--out', out)
    assert code == 1 and 'holds features of another network, config or other towers' in err
    config = tmp_path / 'network/tiny.py'
    config.write_text(CONFIG + "data_root = 'elsewhere'\n")  # changes nothing of the features
    assert command('--out', out, '--towers', 'visual')[0] == 0
    config.write_text(CONFIG.replace('num_frames=8', 'num_frames=4'))
    code, _, err = command('--out', out, '--towers', 'visual')
    assert code == 1 and 'another network' in err


def test_one_file_and_a_place_that_cannot_be_written(inferencer, videos, tmp_path):
    target = FeatureFile(tmp_path / 'new/a.npz', ['audio'], 'x')
    (file,) = expand_inputs(videos / 'late.mp4')
    features = inferencer.extract(file.path, towers=['audio'])
    target.add(file, features)
    assert target.join([file]) == len(features.times) == 4  # 2.5 s of sound
    assert set(read_features(target.out)) == {'files', 'file_index', 'times', 'audio'}
    (tmp_path / 'no_folder').write_text('a file')
    with pytest.raises(UserError, match=r'cannot be written \(.*give the same command again'):
        FeatureFile(tmp_path / 'no_folder/a.npz', ['audio'], 'x')


def test_broken_parts(tmp_path, videos):
    target = FeatureFile(tmp_path / 'a.npz', ['audio'], 'x')
    (file,) = expand_inputs(videos / 'late.mp4')
    with pytest.raises(ConfigError, match='no video could be used'):
        target.join([file])
    target.add(file, ExtractedFeatures(np.zeros((1, 2)), None, np.zeros((1, 4))))
    part = next(target.parts.glob('*.npz'))
    part.write_bytes(b'half')
    with pytest.raises(ConfigError, match='cannot be read as features .*delete it'):
        target.join([file])


def test_failures_are_named_and_the_rest_is_written(command, tmp_path):
    out = tmp_path / 'both.npz'
    code, printed, err = command('--out', out)
    assert code == 1 and 'mute.mp4: has no audio stream' in err + printed
    assert len(read_features(out)['files']) == 1
    code, _, err = command('--out', tmp_path / 'both.csv')
    assert code == 1 and 'features are written as .npz' in err

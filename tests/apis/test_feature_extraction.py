import os

import numpy as np
import pytest
import torch
from media_factory import write_clip
from mmengine.config import Config
from models.tiny import CONFIG

from mmav_coattn.apis import AudioVisualInferencer, ExtractedFeatures
from mmav_coattn.apis.embedding import Embedding
from mmav_coattn.apis.feature_extraction import FeatureFile, pool_windows
from mmav_coattn.apis.many_files import expand_inputs
from mmav_coattn.errors import ConfigError, NoAudioError, TooShortError, UserError
from mmav_coattn.io import read_features


def embedding(video, audio, step=0.1, clip_steps=8):
    """An embedding whose features are the times of their steps."""
    return Embedding(
        *('a.mp4', step, clip_steps, (0, 0, 1, 1), []),
        times=video,
        audio_times=audio,
        visual_features=torch.from_numpy(video)[:, None],
        audio_features=torch.from_numpy(audio)[:, None],
    )


def test_windows_by_hand():
    file = embedding(1 + (np.arange(20) + 0.5) * 0.1, 0.9 + np.arange(105) * 0.02)
    found = pool_windows(file, ('visual', 'audio'))
    # The file ends with the video, at 3.0 s; so does the last window.
    np.testing.assert_allclose(found.times, [[1.0, 1.8], [1.8, 2.6], [2.2, 3.0]])
    np.testing.assert_allclose(found.visual[:, 0], [1.4, 2.2, 2.6])
    # Of 40 steps from the first on.
    np.testing.assert_allclose(found.audio[:, 0], np.array([1.4, 2.2, 2.6]) - 0.01)
    visual = pool_windows(file, ('visual',))
    assert visual.audio is None
    np.testing.assert_allclose(visual.visual, found.visual)
    np.testing.assert_allclose(pool_windows(file, ('audio',)).times[:, 0], [0.9, 1.7, 2.23])
    # Streams that overlap for less than a clip, and hardly.
    for late, times in ((1.5, [[1.45, 2.0]]), (1.9, None)):
        file = embedding((np.arange(20) + 0.5) * 0.1, late + np.arange(100) * 0.02)
        assert len(pool_windows(file, ('visual',)).times) == 3
        if times:
            np.testing.assert_allclose(pool_windows(file, ('visual', 'audio')).times, times)
    with pytest.raises(TooShortError, match=r'a\.mp4: has 0\.15 s of what is wanted, .* 0\.3 s'):
        pool_windows(file, ('visual', 'audio'))


def test_features_of_a_file(tmp_path):
    half_the_steps = CONFIG.replace("'temporal_strides': (1, 1)", "'temporal_strides': (1, 2)")
    inferencer = AudioVisualInferencer(Config.fromstring(half_the_steps, '.py'))
    late, mute, blind = (tmp_path / f'{name}.mp4' for name in ('late', 'mute', 'blind'))
    write_clip(late, duration=2.0, video_start=0.2, audio_duration=2.5)
    write_clip(mute, duration=1.0, audio=False)
    write_clip(blind, duration=1.0, video=False)
    found = inferencer.extract(late)
    # 2 s of both from 0.2 s on; the third window ends with the video.
    np.testing.assert_allclose(found.times, [[0.2, 1.0], [1.0, 1.8], [1.4, 2.2]], atol=1e-6)
    assert found.visual.shape == found.audio.shape == (3, 16)
    embedded = inferencer.embed(late)
    np.testing.assert_allclose(found.visual[1], embedded.visual_features[8:16].mean(dim=0))
    # One tower needs one stream.
    found = inferencer.extract(mute, towers=['visual'])
    assert found.audio is None and found.visual.shape == (2, 16)
    found = inferencer.extract(blind, towers=['audio'])
    assert found.visual is None and found.audio.shape == (2, 16)
    with pytest.raises(NoAudioError):
        inferencer.extract(mute)
    with pytest.raises(ConfigError, match='must be of'):
        inferencer.extract(mute, towers=['smell'])


def test_feature_file(tmp_path):
    target = FeatureFile(tmp_path / 'new/a.npz', ['audio'], 'x')
    (tmp_path / os.fsdecode(b'any \xe9.mp4')).touch()
    (tmp_path / 'gone.mp4').symlink_to('nowhere.mp4')
    file, gone = expand_inputs([tmp_path])
    assert not target.has(gone)
    with pytest.raises(ConfigError, match='no video could be used'):
        target.join([file])
    target.add(file, ExtractedFeatures(np.zeros((1, 2)), None, np.ones((1, 4))))
    assert target.join([file]) == 1
    assert set(read_features(target.out)) == {'files', 'file_index', 'times', 'audio'}
    next(target.parts.glob('*.npz')).write_bytes(b'half')
    with pytest.raises(ConfigError, match='cannot be read as features .*delete it'):
        target.join([file])
    (tmp_path / 'no_folder').write_text('a file')
    with pytest.raises(UserError, match=r'cannot be written \(.*run the command again'):
        FeatureFile(tmp_path / 'no_folder/a.npz', ['audio'], 'x')

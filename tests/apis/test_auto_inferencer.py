import sys

import pytest
from media_factory import write_clip
from sync_results import sync_result

from mmav_coattn.apis import AudioVisualInferencer, AutoInferencer, auto_inferencer
from mmav_coattn.errors import NoFaceError, TooShortError


@pytest.mark.parametrize(
    ('faces', 'offset', 'note'),
    [
        (0.7, 0.2, 'measured by `faces`; the confidence of `events` is 0.60'),
        (0.6, 0.2, 'measured by `faces`; the confidence of `events` is 0.60'),
        (0.5, 0.1, 'measured by `events`; the confidence of `faces` is 0.50'),
        (NoFaceError, 0.1, None),
        (TooShortError, 0.1, 'not measured by `faces`: clip.mp4: is odd'),
    ],
)
def test_the_surer_network_measures_and_does_so_again(faces, offset, note, monkeypatch):
    measured = []

    def sync(self, video, max_offset):
        assert (video, max_offset) == ('clip.mp4', 0.5)
        measured.append(self.settings.face is not None)
        if self.settings.face is None:
            return sync_result(offset=0.1, confidence=0.6, notes=['heard'])
        if not isinstance(faces, float):
            raise faces(video, 'is odd')
        return sync_result(offset=0.2, confidence=faces, notes=['heard'])

    monkeypatch.setattr(AudioVisualInferencer, 'sync', sync)
    monkeypatch.setattr(auto_inferencer, 'find_spec', lambda name: name)
    auto = AutoInferencer()
    result = auto.sync('clip.mp4', 0.5)
    assert result.offset == offset
    assert result.notes == ['heard', note][: 1 if note is None else 2]
    assert auto.sync('clip.mp4', 0.5, result.network).offset == offset
    assert measured == [False, True, offset == 0.2]


def test_without_the_extra_events_measures(tmp_path, monkeypatch):
    clip = write_clip(tmp_path / 'clip.mp4', duration=4.0, fps=20).path
    monkeypatch.setattr(auto_inferencer, 'find_spec', lambda name: None)
    auto, events = AutoInferencer().sync(clip), AudioVisualInferencer('events').sync(clip)
    assert 'dlib' not in sys.modules and auto.to_dict() == events.to_dict()

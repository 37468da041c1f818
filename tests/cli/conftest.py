"""The console command, a small network, and files of every kind."""

from pathlib import Path

import pytest
import torch
from media_factory import tag_rotation, write_clip
from models.tiny import CONFIG
from sync_results import sync_result

from mmav_coattn import cli
from mmav_coattn.apis import AudioVisualInferencer, inferencer

#: Files that cannot be used, and what is said of each.
UNUSABLE = {
    'blind.mp4': 'has no video',
    'brief.mp4': 'has 0.20 s of video, and this network needs 0.3 s',
    'garbage.mp4': 'cannot be opened',
    'gone.mp4': 'there is no such file',
    'mute.mp4': 'has no audio stream',
    'silent.mp4': 'is silent from beginning to end',
}
USABLE = ('large.mp4', 'plain.mp4', 'rotated.mp4', 'variable.mkv')


@pytest.fixture(scope='session')
def network(tmp_path_factory):
    """A work dir as training leaves it, with random weights."""
    folder = tmp_path_factory.mktemp('network')
    (folder / 'tiny.py').write_text(CONFIG)
    torch.manual_seed(0)
    model = AudioVisualInferencer(str(folder / 'tiny.py')).model
    torch.save(dict(state_dict=model.state_dict()), folder / 'epoch_1.pth')
    return folder / 'epoch_1.pth'


@pytest.fixture(scope='session')
def odd_files(tmp_path_factory):
    """A folder of files that can be used, though odd, and of such that cannot."""
    folder = tmp_path_factory.mktemp('odd')
    write_clip(folder / 'plain.mp4', duration=2.0, size=(96, 64))
    tag_rotation(folder / 'plain.mp4', folder / 'rotated.mp4', 90)
    write_clip(folder / 'variable.mkv', frame_times=[0, 0.1, 0.14, 0.5, 0.52, 0.9, 1.3, 1.31, 1.6])
    fast = dict(preset='ultrafast')
    write_clip(folder / 'large.mp4', duration=0.8, fps=5, size=(3840, 2160), codec_options=fast)
    write_clip(folder / 'brief.mp4', duration=0.2, audio_duration=1.0)
    write_clip(folder / 'mute.mp4', duration=2.0, audio=False)
    write_clip(folder / 'blind.mp4', duration=2.0, video=False)
    write_clip(folder / 'silent.mp4', duration=2.0, level=0.0)
    (folder / 'garbage.mp4').write_bytes(b'no video' * 99)
    (folder / 'gone.mp4').symlink_to('nowhere.mp4')
    return folder


@pytest.fixture
def command(capsys):
    """Runs ``mmav-coattn ARGUMENTS``: exit code, what it printed, and its complaints."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert 'Traceback' not in out + err
        return end.value.code or 0, out, err

    return run


@pytest.fixture
def offsets(monkeypatch):
    """A measurement that gives each file the offset it is told, by its name."""
    told, measured = {}, []

    def measure(model, embedding, max_offset):
        name = Path(embedding.path).name
        measured.append(name)
        return sync_result(embedding.path, told.get(name))

    monkeypatch.setattr(inferencer, 'measure_sync', measure)
    return told, measured

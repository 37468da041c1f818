"""`embed` and `score` on files that end in the middle, and on many files at once."""

import csv
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from media_factory import write_clip
from mmengine.config import Config
from models.tiny import CONFIG
from mutants import write_mutants
from paths import TOOLS
from tool_process import start_process

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.errors import MediaError, TooShortError, UnreadableMediaError

#: Containers that can be read up to a cut, and one whose index is at its end.
STREAMED = {
    'mkv': dict(audio_codec='pcm_s16le'),
    'ts': dict(audio_codec='ac3', sample_rate=48000),
    'avi': dict(video_codec='mjpeg', pix_fmt='yuvj420p', audio_codec='pcm_s16le'),
}
SHARES = (0.05, 0.3, 0.5, 0.7, 0.97)
SECONDS = 4.0


@pytest.fixture(scope='module')
def network():
    torch.manual_seed(0)
    return AudioVisualInferencer(Config.fromstring(CONFIG, '.py'))


def cuts(path):
    """Copies of a file that end after a share of it."""
    content = path.read_bytes()
    for share in SHARES:
        short = path.with_name(f'{path.stem}_{share}{path.suffix}')
        short.write_bytes(content[: int(len(content) * share)])
        yield share, short


@pytest.mark.parametrize('suffix', STREAMED)
def test_a_file_is_used_up_to_its_cut(network, tmp_path, suffix):
    path = tmp_path / f'whole.{suffix}'
    write_clip(path, duration=SECONDS, gop=5, **STREAMED[suffix])
    whole = network.embed(path)
    used = []
    for share, short in cuts(path):
        try:
            found = network.embed(short)
        except MediaError as error:
            assert str(error).startswith(f'{short}: ') and '\n' not in str(error)
            with pytest.raises(type(error)):
                network.sync(short)
            continue
        used.append(share)
        # It ends where the file does, not with what is made up.
        end = max(found.times[-1], found.audio_times[-1])
        assert end < SECONDS * share + 0.6
        result = network.sync(short)
        assert result.path == str(short) and np.isfinite(result.window_scores).any()
        # Away from the cut, steps are those of the whole file.
        for times, values, all_times, all_values in (
            (found.times, found.visual, whole.times, whole.visual),
            (found.audio_times, found.audio, whole.audio_times, whole.audio),
        ):
            inner = times < times[-1] - 1.0
            count = int(inner.sum())
            torch.testing.assert_close(times[inner], all_times[:count])
            similarity = (values[inner] * all_values[:count]).sum(-1)
            assert count == 0 or float(similarity.min()) > 0.99
    assert set(used) >= {0.5, 0.7, 0.97}


def test_a_file_whose_index_is_cut_off_is_refused(network, tmp_path):
    path = tmp_path / 'whole.mp4'
    write_clip(path, duration=SECONDS)
    for _, short in cuts(path):
        for act in (network.embed, network.sync):
            with pytest.raises((UnreadableMediaError, TooShortError), match=r'whole_0\.\d+\.mp4: '):
                act(short)


@pytest.fixture(scope='module')
def two_hundred(tmp_path_factory):
    """140 damaged files and 60 whole ones."""
    folder = tmp_path_factory.mktemp('two_hundred')
    write_mutants(folder, 140)
    for number in range(60):
        path = folder / f'whole_{number}.mkv'
        write_clip(path, duration=1.5 + number / 60, audio_codec='pcm_s16le')
    return folder


@pytest.mark.slow
def test_two_hundred_files_in_threads(network, two_hundred):
    """Eight at a time in one process: each as if it were alone."""

    def embed(path):
        try:
            return network.embed(path).visual
        except MediaError as error:
            return str(error)

    files = sorted(two_hundred.iterdir())
    assert len(files) == 200
    alone = [embed(path) for path in files]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(embed, files))
    used = [not isinstance(one, str) for one in alone]
    print(f'{sum(used)} of {len(files)} used')
    assert 60 <= sum(used) < 120
    for one, other, is_used in zip(alone, together, used, strict=True):
        assert torch.equal(one, other) if is_used else one == other


@pytest.mark.slow
def test_two_hundred_files_in_processes(network, two_hundred, tmp_path):
    """Four processes that score a quarter each say what one says of all."""
    (tmp_path / 'tiny.py').write_text(CONFIG)
    torch.save(dict(state_dict=network.model.state_dict()), tmp_path / 'tiny.pth')
    command = (TOOLS / 'score.py', two_hundred, '--network', tmp_path / 'tiny.pth', '--quiet')
    parts = [(), *(('--part', f'{number}/4') for number in range(1, 5))]
    tables = [tmp_path / f'{number}.csv' for number in range(5)]
    running = [start_process(*command, '--csv', table, *part)
               for table, part in zip(tables, parts, strict=True)]  # fmt: skip
    for process in running:
        _, err = process.communicate(timeout=500)
        assert process.returncode in (0, 1) and 'Traceback' not in err, err
    whole, *quarters = (list(csv.reader(table.open(newline=''))) for table in tables)
    assert len(whole) == 201
    assert sorted(whole[1:]) == sorted(row for quarter in quarters for row in quarter[1:])
    assert sum(not row[whole[0].index('error')] for row in whole[1:]) >= 60

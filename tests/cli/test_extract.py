import shutil

import pytest
from media_factory import write_clip
from models.tiny import CONFIG

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.io import read_features


def test_goes_on_and_computes_what_is_new(command, network, tmp_path, monkeypatch):
    folder, out = tmp_path / 'network', tmp_path / 'features.npz'
    shutil.copytree(network.parent, folder)
    (tmp_path / 'videos').mkdir()
    write_clip(tmp_path / 'videos/a.mp4', duration=2.0)
    write_clip(tmp_path / 'videos/mute.mp4', duration=1.0, audio=False)

    def extract(*towers):
        arguments = ('-o', out, '--network', folder / 'epoch_1.pth', '--quiet', *towers)
        return command('extract', tmp_path / 'videos', *arguments)

    code, printed, _ = extract('--towers', 'visual')
    assert code == 0 and f'{out}: 5 windows of 2 videos' in printed
    assert '2 of 2 files done, 0 failed' in printed
    held = read_features(out)
    names = [str(tmp_path / 'videos' / name) for name in ('a.mp4', 'mute.mp4')]
    assert held['files'].tolist() == names
    assert held['file_index'].tolist() == [0, 0, 0, 1, 1]
    assert held['visual'].shape == (5, 16) and held['times'].shape == (5, 2)
    # Again: nothing is computed; a video that changed is.
    with monkeypatch.context() as patch:
        patch.setattr(AudioVisualInferencer, 'extract', pytest.fail)
        code, printed, _ = extract('--towers', 'visual')
        assert code == 0 and '2 of them computed before' in printed
    write_clip(tmp_path / 'videos/mute.mp4', duration=2.4, audio=False)
    _, printed, _ = extract('--towers', 'visual')
    assert '1 of them computed before' in printed and len(read_features(out)['times']) == 6
    code, _, err = extract()
    assert code == 1 and 'holds features of another network, config or other towers' in err
    config = folder / 'tiny.py'
    config.write_text(CONFIG + "data_root = 'elsewhere'\n")  # changes nothing of the features
    assert extract('--towers', 'visual')[0] == 0
    config.write_text(CONFIG.replace("'num_frames': 8", "'num_frames': 4"))
    code, _, err = extract('--towers', 'visual')
    assert code == 1 and 'another network' in err


def test_parts(command, network, odd_files, tmp_path):
    files = [odd_files / f'{name}.mp4' for name in ('plain', 'rotated', 'mute')]

    def extract(name, *part):
        where = ('-o', tmp_path / name, '--network', network, '--quiet')
        return command('extract', *files, *where, *part)

    code, _, err = extract('both.csv')
    assert code == 1 and 'features are written as .npz' in err
    code, out, err = extract('whole.npz')
    assert code == 1 and 'mute.mp4: has no audio stream' in err + out
    code, out, _ = extract('parts.npz', '--part', '1/2')  # plain and mute
    assert code == 1 and '1 videos of part 1/2' in out and not (tmp_path / 'parts.npz').exists()
    assert extract('parts.npz', '--part', '2/2')[0] == 0
    code, out, err = extract('parts.npz')
    assert code == 1 and 'parts.npz: ' in out and ' of 2 videos, 2 of them computed before' in out
    whole, merged = read_features(tmp_path / 'whole.npz'), read_features(tmp_path / 'parts.npz')
    assert whole.keys() == merged.keys()
    for name, values in whole.items():
        assert (values == merged[name]).all(), name

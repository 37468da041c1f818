from mmav_coattn.media import MediaFile

from .conftest import UNUSABLE


def test_folder_of_odd_files(command, network, odd_files, tmp_path):
    code, out, err = command('localize', odd_files, '-o', tmp_path, '--network', network, '--quiet')
    assert code == 1
    made = sorted(file.name for file in tmp_path.iterdir())
    assert made == ['large.mp4', 'plain.mp4', 'rotated.mp4', 'variable.mp4']
    # Each failure is named when it happens, and again in the summary.
    summary = err[err.index('4 of 10 files done, 6 failed\n') :].splitlines()[1:]
    for (name, reason), line in zip(UNUSABLE.items(), summary, strict=True):
        assert str(odd_files / name) in line and reason in line
        assert f'failed: {line.strip()}' in out
    with MediaFile(tmp_path / 'large.mp4') as media:
        assert media.read_frames([0.5]).shape[1:] == (2160, 3840, 3)

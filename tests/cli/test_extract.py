"""`mmav-coattn extract` in parts."""

from mmav_coattn.io import read_features


def test_extract_in_parts(command, network, odd_files, tmp_path):
    common = ('extract', odd_files / 'plain.mp4', odd_files / 'rotated.mp4', odd_files / 'mute.mp4',
              '--network', network, '--quiet')  # fmt: skip
    code, _, _ = command(*common, '-o', tmp_path / 'whole.npz')
    assert code == 1
    parts = ('-o', tmp_path / 'parts.npz')
    code, out, _ = command(*common, *parts, '--part', '1/2')  # plain and mute
    assert code == 1 and '1 videos of part 1/2' in out and not (tmp_path / 'parts.npz').exists()
    code, _, err = command(*common, *parts, '--merge', 2)
    assert code == 1 and '1 of 2 parts have not ended: run --part 2/2' in err
    assert command(*common, *parts, '--part', '2/2')[0] == 0
    code, out, _ = command(*common, *parts, '--merge', 2)
    assert code == 1 and f'failed: {odd_files / "mute.mp4"}: no part has its features' in out
    whole, merged = read_features(tmp_path / 'whole.npz'), read_features(tmp_path / 'parts.npz')
    assert whole.keys() == merged.keys()
    for name, values in whole.items():
        assert (values == merged[name]).all(), name

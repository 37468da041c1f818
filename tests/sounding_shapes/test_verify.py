import shutil
from itertools import product
from pathlib import Path

import pytest

from mmav_coattn.errors import ConfigError, DataNotFoundError, UserError
from mmav_coattn.sounding_shapes import make_split, verify
from mmav_coattn.sounding_shapes.spec import TIERS
from mmav_coattn.sounding_shapes.verify import Digests, read_digests, verify_set, write_digests

PUBLISHED = Path(__file__).parents[2] / 'tools/data/sounding_shapes/digests.txt'


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp('set')
    make_split(root, 'medium', 'test', 3, num_workers=0)
    return root


@pytest.fixture
def copy(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / 'copy'))


@pytest.fixture(scope='module')
def known(made):
    """Digests of the first two clips, as this machine makes them."""
    paths = {('medium', 'test', i): made / f'medium/test/{i:06d}.mp4' for i in (0, 1)}
    packets = {key: verify.packets_digest(path) for key, path in paths.items()}
    return {key: Digests(verify.scene_digest(*key), packets[key]) for key in paths}


def verdicts(root, known):
    counts = verify_set(root, known)['medium']
    return {verdict: count for verdict, count in counts.items() if count}


def test_equal_other_missing_and_broken_clips(copy, known):
    assert verdicts(copy, known) == {'identical': 2}
    shutil.copy(copy / 'medium/test/000002.mp4', copy / 'medium/test/000001.mp4')
    assert verdicts(copy, known) == {'identical': 1, 'different': 1}
    (copy / 'medium/test/000000.mp4').unlink()
    (copy / 'medium/test/000001.mp4').write_text('no video')
    assert verdicts(copy, known) == {'missing': 2}


def test_the_same_scenes_encoded_by_other_versions(made, known):
    key, other = ('medium', 'test', 1), '0' * 16
    anew = known[key]._replace(packets=other)
    assert verdicts(made, known | {key: anew}) == {'identical': 1, 'same scenes': 1}
    # Where this machine draws another scene, it claims nothing.
    assert verdicts(made, known | {key: Digests(other, other)})['different'] == 1


def test_sentences(copy, known, tmp_path):
    with pytest.raises(DataNotFoundError, match='holds no tier of SoundingShapes'):
        verify_set(tmp_path / 'nothing', known)
    with pytest.raises(DataNotFoundError, match='no such list of digests'):
        read_digests(tmp_path / 'gone.txt')
    spec = copy / 'medium/spec.json'
    spec.write_text(spec.read_text().replace('"seed": 0', '"seed": 3'))
    with pytest.raises(ConfigError, match='made with seed 3; digests are published for seed 0'):
        verify_set(copy, known)


def test_the_list_of_a_set(copy, known, tmp_path, monkeypatch):
    for name, value in dict(TIERS=['medium'], SPLITS=['test'], COUNT=2).items():
        monkeypatch.setattr(verify, name, value)
    path = tmp_path / 'digests.txt'
    write_digests(copy, path)
    assert read_digests(path) == known
    before = path.read_text()
    for name, value, words in (
        ('SEED', 3, 'made with seed 0; digests are published for seed 3'),
        ('TIERS', ['medium', 'easy'], 'easy/test/000000.mp4: is missing or cannot be read'),
        ('COUNT', 4, 'medium/test/000003.mp4: is missing .* the first 4 clips of test'),
    ):
        with monkeypatch.context() as patch, pytest.raises(UserError, match=words):
            patch.setattr(verify, name, value)
            write_digests(copy, path)
    assert path.read_text() == before


def test_published_list_is_complete_and_made_by_this_version():
    published = read_digests(PUBLISHED)
    keys = list(product(TIERS, verify.SPLITS, range(verify.COUNT)))
    assert list(published) == keys
    assert all(len(digest) == 16 for digests in published.values() for digest in digests)
    assert len({digests.scene for digests in published.values()}) == len(keys)
    # The packets depend on the versions of numpy, OpenCV and the encoders.
    for tier in TIERS:
        assert verify.scene_digest(tier, 'test', 0) == published[tier, 'test', 0].scene

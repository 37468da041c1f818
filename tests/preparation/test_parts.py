import json
from argparse import ArgumentTypeError

import pytest
from media_factory import write_clip

from mmav_coattn.errors import ConfigError
from mmav_coattn.preparation.parts import parse_part, part_name, require_parts, take_part
from mmav_coattn.preparation.prepare import merge_reports, prepare
from mmav_coattn.preparation.scan import Limits, merge_scans, scan
from mmav_coattn.preparation.transcode import Encoding


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp('videos')
    for name, event in dict(a=0.5, b=1.0, c=1.5).items():
        write_clip(root / f'{name}.mp4', duration=2.0 + event, events=(event,))
    write_clip(root / 'd.mp4', duration=2.5, audio=False)
    (root / 'e.mp4').write_text('this is no video')
    return root


ITEMS = [dict(relpath=f'{name}.mp4', label=-1) for name in 'abcde']


def test_parts_make_up_the_whole():
    assert take_part('abcdefg', parse_part('2/3')) == ['b', 'e']
    parts = [take_part('abcdefg', (number, 3)) for number in (1, 2, 3)]
    assert sorted(sum(parts, [])) == take_part('abcdefg', None) == list('abcdefg')
    assert take_part('abcdefg', (8, 8)) == []


@pytest.mark.parametrize('text', ['0/3', '4/3', '1/0', '2', '1/2/3', 'a/b', '-1/3', '1.0/2', ''])
def test_what_is_no_part(text):
    with pytest.raises(ArgumentTypeError, match='is not i/n'):
        parse_part(text)


def test_missing_parts_are_named(tmp_path):
    for number in (1, 3):
        (tmp_path / part_name((number, 4))).touch()
    for count, message in (
        (4, r'2 of 4 parts .* run --part 2/4, --part 4/4, then'),
        (0, 'must be 1 or more'),
    ):
        with pytest.raises(ConfigError, match=message):
            require_parts(lambda name: tmp_path / name, count)


def test_scan_in_parts(folder, tmp_path):
    limits = dict(limits=Limits(), num_workers=1)
    scan(folder, ITEMS, tmp_path / 'whole', **limits)
    out = tmp_path / 'parts'
    scan(folder, ITEMS[0::2], out / 'part_1_of_2', **limits)
    with pytest.raises(ConfigError, match='1 of 2 parts have not ended: run --part 2/2'):
        merge_scans(out, 2)
    scan(folder, ITEMS[1::2], out / 'part_2_of_2', **limits)
    merge_scans(out, 2)
    # Nothing is left to probe: a decoder that is needed again would fail here.
    journal = (out / 'probes.jsonl').read_text()
    assert len(journal.splitlines()) == 5
    scan(folder, ITEMS, out, **limits)
    assert (out / 'probes.jsonl').read_text() == journal
    for name in ('files.csv', 'usable.csv', 'report.json'):
        assert (out / name).read_text() == (tmp_path / 'whole' / name).read_text()


def test_prepare_in_parts(folder, tmp_path):
    settings = dict(encoding=Encoding(short_side=32), num_workers=1)
    whole = prepare(folder, ITEMS, tmp_path / 'whole', **settings)
    out = tmp_path / 'parts'
    reports = [prepare(folder, ITEMS, out, **settings, part=part) for part in ((1, 2), (2, 2))]
    assert [report['done'] for report in reports] == [2, 1]
    assert not (out / 'prepared.txt').exists()
    merged = merge_reports(ITEMS, out, 2)
    for report, made in ((whole, tmp_path / 'whole'), (merged, out)):
        assert json.loads((made / 'prepare.json').read_text()) == report
        assert report.pop('bytes_after') == sum(x.stat().st_size for x in made.glob('*.mp4'))
        assert (made / 'prepared.txt').read_text() == 'a.mp4\nb.mp4\nc.mp4\n'
    assert merged == whole and set(merged['failed']) == {'d.mp4', 'e.mp4'}
    (out / 'b.mp4').unlink()
    with pytest.raises(ConfigError, match=r'1 files are in no part, for instance b\.mp4'):
        merge_reports(ITEMS, out, 2)

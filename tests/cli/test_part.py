"""Parts of a list of files: disjoint, complete, and the same on each machine."""

from argparse import ArgumentTypeError

import pytest

from mmav_coattn.cli.part import parse_part, take_part


def test_parts_make_up_the_whole():
    files = list('abcdefg')
    assert take_part(files, parse_part('2/3')) == ['b', 'e']
    parts = [take_part(files, (number, 3)) for number in (1, 2, 3)]
    assert parts[0] == ['a', 'd', 'g'] and sorted(sum(parts, [])) == files
    assert take_part(files, None) == take_part(files, (1, 1)) == files
    assert take_part(files, (8, 8)) == []


@pytest.mark.parametrize('text', ['0/3', '4/3', '1/0', '2', '1/2/3', 'a/b', '-1/3', '1.0/2', ''])
def test_what_is_no_part(text):
    with pytest.raises(ArgumentTypeError, match='is not i/n'):
        parse_part(text)

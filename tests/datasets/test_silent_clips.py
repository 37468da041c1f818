import pytest

from mmav_coattn.datasets.silent_clips import add_silent_clips
from mmav_coattn.errors import ConfigError

ITEMS = [dict(relpath=f'{index}.mp4', label=index) for index in range(7)]


def test_each_clip_once_for_each_kind_and_each_off_screen_sound_once():
    items = add_silent_clips(ITEMS, ('noise', 'silence'))
    assert items[:7] == ITEMS and len(items) == 21
    for kind, silent in (('noise', items[7:14]), ('silence', items[14:])):
        assert silent == [dict(item, has_source=False, silent_kind=kind) for item in ITEMS]
    for seed in range(5):
        silent = add_silent_clips(ITEMS, ('noise', 'off_screen'), seed)[14:]
        sounds = [item['other_sound'] for item in silent]
        assert sorted(sounds) == [item['relpath'] for item in ITEMS]
        assert all(item['other_sound'] != item['relpath'] for item in silent)
    items = [dict(relpath=f'{x}.jpg', sound_relpath=f'{x}.wav') for x in 'ab']
    sounds = [item['other_sound'] for item in add_silent_clips(items, ('off_screen',))[2:]]
    assert sounds == ['b.wav', 'a.wav']


@pytest.mark.parametrize(
    ('count', 'kinds', 'message'),
    [(7, 'noise hum', "'hum'. must be of"), (7, '', 'must be of'), (1, 'off_screen', 'least two')],
)
def test_what_cannot_be_made_is_told(count, kinds, message):
    with pytest.raises(ConfigError, match=message):
        add_silent_clips(ITEMS[:count], kinds.split())

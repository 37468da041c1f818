"""What PyAV raises becomes a refusal that names the file."""

import av
import pytest

from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media.damage import refused, refused_if_damaged


@pytest.mark.parametrize(
    ('error', 'reason'),
    [
        (OSError(5, 'Input/output error'), 'Input/output error'),
        (av.InvalidDataError(1, 'Invalid data found', 'x'), 'Invalid data found'),
        (OSError('cut'), 'cut'),
    ],
)
def test_errors_of_ffmpeg_and_of_the_system(error, reason):
    with pytest.raises(UnreadableMediaError) as caught, refused('a.mp4', 'cannot be opened'):
        raise error
    assert str(caught.value) == f'a.mp4: cannot be opened ({reason})'
    assert caught.value.reason == 'unreadable' and caught.value.__cause__ is error


def test_what_a_damaged_file_makes_pyav_stumble_over():
    with pytest.raises(UnreadableMediaError) as caught, refused_if_damaged('a.mp4'):
        raise TypeError('NoneType')
    assert str(caught.value) == 'a.mp4: is damaged so that it cannot be read (TypeError: NoneType)'


@pytest.mark.parametrize('guard', [lambda: refused('a', 'b'), lambda: refused_if_damaged('a')])
def test_other_errors_pass(guard):
    with pytest.raises(KeyboardInterrupt), guard():
        raise KeyboardInterrupt

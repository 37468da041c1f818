import av
import pytest

from mmav_coattn.errors import ConfigError, UnreadableMediaError
from mmav_coattn.media.damage import refused


@pytest.mark.parametrize(
    ('error', 'reason'),
    [
        (OSError(5, 'Input/output error'), 'Input/output error'),
        (av.InvalidDataError(1, 'Invalid data found', 'x'), 'Invalid data found'),
        (OSError('cut'), 'cut'),
        (TypeError('NoneType'), 'TypeError: NoneType'),
    ],
)
def test_damage_names_the_file(error, reason):
    with pytest.raises(UnreadableMediaError) as caught, refused('a.mp4', 'cannot be opened'):
        raise error
    assert str(caught.value) == f'a.mp4: cannot be opened ({reason})'
    assert caught.value.reason == 'unreadable' and caught.value.__cause__ is error


@pytest.mark.parametrize('error', [KeyboardInterrupt, ConfigError])
def test_other_errors_pass(error):
    with pytest.raises(error), refused('a', 'b'):
        raise error

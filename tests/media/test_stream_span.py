import pytest
from media_factory import write_clip

from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media import MediaFile


def test_a_stream_without_data_is_named(tmp_path):
    write_clip(tmp_path / 'mute.mkv', duration=0.5, audio_duration=0.0, level=0.0)
    with pytest.raises(UnreadableMediaError, match=r'mute\.mkv: its audio holds no data'):
        _ = MediaFile(tmp_path / 'mute.mkv').common_span

from media_factory import copy_packets, write_clip

from mmav_coattn.media import MediaFile
from mmav_coattn.media.open_container import open_container
from mmav_coattn.media.remux import shift_audio


def test_tags_in_a_foreign_encoding(tmp_path, monkeypatch):
    """A title in Latin-1: the byte 0xE9 begins no character of UTF-8."""
    plain, tagged = tmp_path / 'plain.mkv', tmp_path / '12:30.mkv'
    monkeypatch.chdir(tmp_path)
    write_clip(plain, duration=1.0, audio_codec='pcm_s16le')
    copy_packets(plain, tagged, lambda x: x.metadata.update(title='cafe_title'))
    tagged.write_bytes(tagged.read_bytes().replace(b'cafe_title', b'caf\xe9_title'))
    with open_container(tagged) as container:
        assert container.metadata['title'] == 'caf\udce9_title'
    # Names that look like addresses.
    for path in ('12:30.mkv', shift_audio('12:30.mkv', '12:31.mkv', 0.1)):
        with MediaFile(path) as media:
            assert media.read_audio(0.2, 0.5, 16000).shape == (8000,)

"""Nothing that comes from outside runs code, leads out of the data root, or reaches a shell."""

import ast

import pytest
from media_factory import write_clip
from paths import ROOT

from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media import MediaFile

SOURCES = [*(ROOT / 'mmav_coattn').rglob('*.py'), *(ROOT / 'tools').rglob('*.py')]


def calls(path):
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {k.arg: ast.unparse(k.value) for k in node.keywords}


def test_sources_hold_no_unsafe_call():
    """No shell, no pickle of foreign files, no evaluation of text."""
    banned = {'os.system', 'os.popen', 'eval', 'exec', 'pickle.load', 'pickle.loads'}
    assert len(SOURCES) > 50
    for path in SOURCES:
        for name, keywords in calls(path):
            assert name not in banned, (path, name)
            assert keywords.get('shell', 'False') == 'False', path
            if name == 'torch.load':
                assert keywords.get('weights_only') == 'True', path


def test_file_names_are_no_addresses_and_playlists_no_videos(tmp_path, monkeypatch):
    write_clip(tmp_path / 'plain.ts', duration=0.5)
    for name, text in [
        ('a.mp4', "ffconcat version 1.0\nfile 'plain.ts'\n"),
        ('b.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nplain.ts\n#EXT-X-ENDLIST\n'),
        ('c.mp4', '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n'),
    ]:
        (tmp_path / name).write_text(text)
        with pytest.raises(UnreadableMediaError):
            MediaFile(tmp_path / name).has_video  # noqa: B018
    monkeypatch.chdir(tmp_path)
    for name in ('http://127.0.0.1:9/a.mp4', 'concat:plain.ts|plain.ts', 'file:plain.ts', '-'):
        with pytest.raises(UnreadableMediaError, match='No such file'):
            MediaFile(name).has_video  # noqa: B018
    assert MediaFile('plain.ts').has_video

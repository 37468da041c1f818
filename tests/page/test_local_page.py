import shutil
import socket
import sys
from logging import FileHandler
from unittest.mock import MagicMock
from urllib.request import urlopen

import numpy as np
import pytest
from media_factory import write_clip
from mmengine.logging import MMLogger
from test_analysis import StandIn

from mmav_coattn.errors import ConfigError, MissingDependencyError, NoAudioError
from mmav_coattn.media.remux import shift_audio
from mmav_coattn.page import serve
from mmav_coattn.page.local_page import SAMPLES, make_samples
from mmav_coattn.visualization import write_overlay_video

BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)


class Painter(StandIn):
    """As the stand-in, but its overlay is a video, and a file called mute has no sound."""

    def sync(self, video, max_offset):
        if 'mute' in video.name:
            raise NoAudioError(str(video), 'has no audio stream')
        self.offsets = self.offsets or [0.25, 0.0]
        return super().sync(video, max_offset)

    def localize(self, video, out):
        write_overlay_video(video, out, np.full((1, 2, 2), 0.25), np.zeros(1))


@pytest.fixture(scope='module')
def page():
    pytest.importorskip('gradio')
    # Gradio's server sets logging up anew and closes every open log file; mmengine would go on to
    # write into those of runs before.
    for logger in MMLogger._instance_dict.values():
        for handler in [each for each in logger.handlers if isinstance(each, FileHandler)]:
            logger.removeHandler(handler)
    page = serve(Painter(), port=None, max_upload_mb=1, block=False)
    yield page
    page.close()


@pytest.fixture
def clip(tmp_path):
    write_clip(tmp_path / 'mute.mp4', duration=1.0, audio=False)
    (tmp_path / 'large.mp4').write_bytes(bytes(2_000_000))
    return write_clip(tmp_path / 'late.mp4', duration=2.0).path


@pytest.fixture
def click(page):
    """What the page answers to a file, over HTTP."""
    from gradio_client import Client, handle_file

    client = Client(page.local_url, verbose=False)
    return lambda path: client.predict(path and handle_file(path), 1.0, api_name='/analyse')


def test_samples_have_the_offset_of_their_name(tmp_path):
    from mmav_coattn.apis import AudioVisualInferencer

    inferencer = AudioVisualInferencer()
    paths = make_samples(tmp_path)
    assert [path.name for path in paths] == list(SAMPLES)
    offsets = dict(zip(paths, SAMPLES.values(), strict=True))
    offsets[shift_audio(paths[0], tmp_path / 'early.mkv', -0.6)] = -0.6
    for path, offset in offsets.items():
        assert abs(inferencer.sync(path).best - offset) < 0.04


def test_only_this_computer_reaches_it(page):
    assert page.local_url.startswith('http://127.0.0.1:') and page.share_url is None
    port = int(page.local_url.rsplit(':', 1)[1].strip('/'))
    assert b'Where is the sound' in urlopen(page.local_url).read()
    # All of 127.0.0.0/8 is this computer: bound to every address, it would answer there too.
    with socket.socket() as other:
        assert other.connect_ex(('127.0.0.2', port)) != 0


def test_a_video_over_http(click, clip):
    text, overlay, curve, fixed = click(clip)
    assert text.startswith('### audio is 0.25 s late')
    assert 'measured again: in sync' in text
    paths = [each['video'] if isinstance(each, dict) else each for each in (overlay, curve, fixed)]
    heads = [open(path, 'rb').read(12) for path in paths]  # noqa: PTH123
    assert heads[1].startswith(b'\x89PNG') and heads[0][4:8] == heads[2][4:8] == b'ftyp'


@pytest.mark.parametrize(
    ('name', 'sentence'),
    [
        ('mute.mp4', r'^mute\.mp4: has no audio stream'),
        ('large.mp4', '(?i)413|too large|exceeds|maximum'),
        (None, 'Drop a video first'),
    ],
)
def test_what_cannot_be_used_gives_its_sentence(click, clip, name, sentence):
    with pytest.raises(Exception, match=sentence):
        click(name and clip.with_name(name))


def test_launched_for_this_computer_alone(monkeypatch):
    """Where Gradio is not installed, at least what it is asked for."""
    gradio = MagicMock()
    monkeypatch.setitem(sys.modules, 'gradio', gradio)
    page = serve(Painter(), port=7861, max_upload_mb=3, block=False)
    asked = page.launch.call_args.kwargs
    assert (asked['server_name'], asked['server_port']) == ('127.0.0.1', 7861)
    assert asked['share'] is False and asked['max_file_size'] == '3mb'
    assert gradio.Blocks.call_args.kwargs['analytics_enabled'] is False
    page.launch.side_effect = OSError('taken')
    with pytest.raises(ConfigError, match='cannot use port 7861: taken'):
        serve(Painter(), port=7861, block=False)
    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'mmav_coattn\[page\]'"):
        serve(Painter(), block=False)
    with pytest.raises(ConfigError, match='max_upload_mb=0'):
        serve(Painter(), max_upload_mb=0)


@pytest.mark.skipif(CHROMIUM is None, reason='no Chromium is installed')
def test_load_upload_click_and_wait(page, clip):
    sync_api = pytest.importorskip('playwright.sync_api')
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=['--no-sandbox'])
        tab = browser.new_page()
        asked = []
        tab.on('request', lambda request: asked.append(request.url))
        tab.goto(page.local_url)
        tab.set_input_files('#upload input[type=file]', clip)
        tab.wait_for_selector('#upload >> text=late')
        tab.click('#go')
        tab.wait_for_selector('#sentence >> text=audio is 0.25 s late', timeout=30_000)
        tab.wait_for_function('document.querySelector("#overlay video").videoWidth == 64')
        tab.wait_for_function('document.querySelector("#curve img").naturalWidth > 300')
        with tab.expect_download() as download:
            tab.click('#fixed a')
        assert download.value.path().read_bytes()[4:8] == b'ftyp'
        browser.close()
    # Nothing is asked of any other computer.
    assert not [url for url in asked if not url.startswith(('http://127.0.0.1', 'data:', 'blob:'))]

import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from paths import CONFIGS
from speed import loader, media

PIPELINE = Config.fromfile(CONFIGS / '_base_/datasets/folder.py').train_pipeline


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    init_default_scope('mmaction')
    return media.write_videos(tmp_path_factory.mktemp('videos'), 7, 1)


def test_every_loader_loads_a_sample(videos):
    inputs = loader.load_by_pipeline(Compose(list(PIPELINE)), str(videos[0]), 0.0)['inputs']
    assert inputs['imgs'].shape == (1, 3, 32, 112, 112) and inputs['imgs'].dtype == torch.uint8
    # One segment of 5 s holds all windows.
    assert inputs['audio'].shape == (80000,) and inputs['audio_starts'].shape == (4,)
    pytest.importorskip('decord')
    # 32 frames, and at least five seconds of two channels.
    size = loader.load_bare(2.0, 5.0, 32, str(videos[0]), 0.3)
    pixels = 32 * media.SIZE[0] * media.SIZE[1] * 3
    assert 2 * 5 * media.SAMPLE_RATE <= size - pixels < 2 * 5.5 * media.SAMPLE_RATE
    stock = loader.stock_pipeline(2.0, 32, 112, media.FPS)
    pictures = loader.load_by_pipeline(stock, str(videos[0]), 0.0)['inputs']
    assert pictures.shape == (1, 3, 32, 112, 112)
    timings = loader.time_loaders(PIPELINE, videos, 112, media.FPS, 2, 0, rounds=1)
    rows = loader.loader_rows(7, timings, 2)
    assert [row.wanted for row in rows if row.wanted] == ['>= 0.9']
    assert all(row.value > 0 for row in rows)


def test_only_a_long_track_has_a_target(videos):
    audio = loader.time_audio(videos, 1.0, 16000, 2, rounds=1)
    assert [loader.audio_row(length, audio).wanted for length in (10, 60)] == ['', '>= 2']

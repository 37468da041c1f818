"""Every odd file comes back right or is refused by name, through data set, tools and inferencer."""

import functools
import json
import os
import re

import numpy as np
import pytest
import torch
from media_factory import audio_lag, frame_number, linear_sound
from mmengine.config import Config
from models.tiny import MODEL
from odd_media import IN_PARTS, ITEMS, RIGHT
from pipelines import sync_pipeline
from trust import training

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.engine.hooks.unusable_media_hook import MAX_NAMES
from mmav_coattn.errors import DataNotFoundError, MediaError, UnreadableMediaError
from mmav_coattn.media import MediaFile

CLIP, NUM_FRAMES, RATE = 0.5, 8, 16000
QUARTER_TURNS = {'turned_90.mp4': 1, 'turned_180.mp4': 2, 'turned_270.mp4': 3}


def data_set(root, test_mode=True, **settings):
    steps = pipeline(test_mode)
    return AudioVisualDataset(data_root=str(root), pipeline=steps, test_mode=test_mode, **settings)


def pipeline(test_mode, *, size=None):
    windows = dict(clip_seconds=CLIP, num_negatives=1, min_shift=0.2, test_mode=test_mode)
    return sync_pipeline(NUM_FRAMES, size, **windows)


@pytest.fixture(scope='module')
def gallery(tmp_path_factory):
    """The folder of all items, and what is in those that must come back."""
    folder = tmp_path_factory.mktemp('gallery')
    truths = {item.name: item.make(folder / item.name) for item in ITEMS}
    (folder / 'folder.mp4').mkdir()  # is walked into, and holds no video
    return folder, truths


def lag(path, *wave):
    # Program streams begin half a second late.
    return audio_lag(*wave, 0.7 if path.suffix == '.mpg' else 0.12)


@functools.cache
def moved_by(path):
    """Seconds by which the container itself, MPEG-TS for instance, moved both streams."""
    wave, start, rate = linear_sound(path)
    return lag(path, wave[: 2 * rate], start, rate)


def check_sample(sample, path, truth):
    """Frames and audio are those of the said times."""
    moved = moved_by(path)
    meta = sample['data_samples']
    segment = sample['inputs']['audio'].numpy()
    starts = sample['inputs']['audio_starts'].numpy()
    for begin, start in zip(meta.window_starts, starts, strict=True):
        window = segment[round(start * RATE) :][: round(CLIP * RATE)]
        assert abs(lag(path, window, begin, RATE) - moved) <= 1e-3
    images = sample['inputs']['imgs'][0].numpy().transpose(1, 2, 3, 0)
    images = np.rot90(images, -QUARTER_TURNS.get(path.name, 0), axes=(1, 2))
    times = meta.window_starts[0] + (np.arange(NUM_FRAMES) + 0.5) * CLIP / NUM_FRAMES
    ends = np.append(truth.frame_times[1:], truth.frame_end)
    for time, image in zip(times - moved, images, strict=True):
        number = frame_number(image)
        # Half a frame, and 1 ms that `moved` is measured to.
        half = (ends[number] - truth.frame_times[number]) / 2 + 1e-3
        assert truth.frame_times[number] - half <= time <= ends[number] + half, path.name


@pytest.mark.parametrize('item', ITEMS, ids=lambda item: ascii(item.name))
def test_through_the_data_set(gallery, item):
    folder, truths = gallery
    data = data_set(folder)
    index = next(i for i in range(len(data)) if data.get_data_info(i)['relpath'] == item.name)
    sample = data[index]
    unusable = sample['data_samples'].metainfo.get('unusable')
    if item.expected == RIGHT or (item.expected == IN_PARTS and unusable is None):
        assert unusable is None, unusable
        check_sample(sample, folder / item.name, truths[item.name])
    else:
        assert unusable is not None and unusable[0] in item.expected, unusable
        assert unusable[1].startswith(f'{folder / item.name}: ')


def test_training_names_what_it_replaces(gallery):
    folder, truths = gallery
    data = data_set(folder, test_mode=False)
    expected = {item.name: item.expected for item in ITEMS}
    for index in range(len(data)):
        name = data.get_data_info(index)['relpath']
        sample = data[index]
        meta = sample['data_samples'].metainfo
        drawn = [name] if expected[name] in (RIGHT, IN_PARTS) else []
        for replaced, reason, sentence in meta.get('replaced', ()):
            assert reason in expected[replaced] and sentence.startswith(f'{folder / replaced}: ')
            drawn.append(replaced)
        # Another file is only there where the one asked for was refused by name.
        assert name in drawn
        assert meta['relpath'] == name or 'replaced' in meta
        check_sample(sample, folder / meta['relpath'], truths[meta['relpath']])


def test_inferencer(gallery):
    folder, _ = gallery
    torch.manual_seed(0)
    settings = Config(dict(model=MODEL, test_pipeline=pipeline(True, size=(32, 32))))
    inferencer = AudioVisualInferencer(settings)
    for item in ITEMS:
        path = folder / item.name
        try:
            found = inferencer.localize(path)
        except DataNotFoundError as error:
            # A folder is searched for videos, whatever it is called; a link to nothing is none.
            assert not path.is_file() and str(path) in str(error)
        except MediaError as error:
            assert item.expected != RIGHT and str(error).startswith(f'{path}: ')
            # So much may be missing that no clip has audible audio.
            missing = item.expected == 'unreadable' and 'were left out' in str(error)
            in_parts = item.expected == IN_PARTS and isinstance(error, UnreadableMediaError)
            assert error.reason == item.expected or missing or in_parts, error
        else:
            if item.expected != RIGHT:
                # Of a long file the windows over a hole are left out, and have no score. Less audio
                # than a clip is one clip here, but no sample of a data set.
                hole = item.expected == 'unreadable' and np.isnan(found.scores).any()
                assert hole or item.expected == IN_PARTS or 'much_shorter' in item.name, item
                continue
            assert np.isfinite(found.attention).all(), item
            with MediaFile(path) as media:
                begin, end = media.common_span
            assert found.times[0] - begin < CLIP and end - found.times[-1] < CLIP
            # A clip that reaches beyond the audio has no score.
            judged = np.isfinite(found.scores)
            inside = (found.times > begin + CLIP) & (found.times < end - CLIP)
            assert judged.any() and judged[inside].all(), item


@pytest.mark.slow
def test_tools(gallery, tmp_path):
    """Trains and evaluates on the gallery: every file is used, or counted and named."""
    folder, _ = gallery
    dataset = dict(type='AudioVisualDataset', data_root=str(folder), test_mode=True)
    dataset['pipeline'] = pipeline(True, size=(32, 32))
    sampler = dict(type='DefaultSampler', shuffle=False)
    settings = dict(
        train_dataloader=dict(batch_size=8, dataset=dict(pipeline=pipeline(False, size=(32, 32)))),
        val_dataloader=dict(batch_size=8, num_workers=1, sampler=sampler, dataset=dataset),
        val_evaluator=dict(type='SyncMetric', num_listed=len(ITEMS)),
        val_cfg=dict(type='ValLoop'),
    )
    path = tmp_path / 'gallery.py'
    recipe = training.write_recipe(path, folder, epochs=1, checkpoint={}, **settings)
    run = tmp_path / 'run'
    assert training.start(recipe, run).wait() == 0, (tmp_path / 'run.output').read_text()[-3000:]
    log = next(run.glob('*/*.log')).read_text(encoding='utf-8')
    refused = {item.name for item in ITEMS if item.expected not in (RIGHT, IN_PARTS)}
    in_parts = {item.name for item in ITEMS if item.expected == IN_PARTS}
    # Names as they are written into a log, where what is no UTF-8 cannot stand.
    trained, evaluated = log.split('files were left out of the evaluation')
    assert all(f'{folder / name}: ' in evaluated for name in refused)
    assert int(re.search(r'(\d+) drawn files could not', trained)[1]) >= len(refused)
    named = [name for name in refused | in_parts if f'{folder / name}: ' in trained]
    assert len(named) == MAX_NAMES
    figures = json.loads(next(run.glob('*/vis_data/scalars.json')).read_text().splitlines()[-1])
    refused |= {name for name in in_parts if f'{folder / name}: ' in evaluated}
    assert figures['sync/left_out'] == len(refused)
    assert figures['sync/num_clips'] == len(ITEMS) - len(refused)


def test_folder_and_pipe_are_named(tmp_path):
    (tmp_path / 'folder.mp4').mkdir()
    os.mkfifo(tmp_path / 'pipe.mp4')
    (tmp_path / 'list.txt').write_text('folder.mp4\npipe.mp4\n')
    data = data_set(tmp_path, ann_file='list.txt')
    for index, why in ((0, 'is a folder'), (1, 'is no regular file')):
        reason, sentence = data[index]['data_samples'].unusable
        assert reason == 'missing' and why in sentence and f'list.txt line {index + 1}' in sentence

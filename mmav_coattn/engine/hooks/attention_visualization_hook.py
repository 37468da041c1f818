"""Contact sheets of the attention, written while testing."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from mmav_coattn.errors import ConfigError
from mmav_coattn.visualization import contact_sheet
from mmav_coattn.visualization.heatmap import map_weights


@HOOKS.register_module()
class AttentionVisualizationHook(Hook):
    """Write a contact sheet of frames and attention for some test clips.

    Its attributes carry the names that mmaction2's ``tools/test.py`` sets for ``--show-dir``,
    ``--show``, ``--interval`` and ``--wait-time``, so it takes the place of mmaction2's own
    ``VisualizationHook``: ``default_hooks = dict(visualization=dict(
    type='AttentionVisualizationHook'))``.

    Args:
        enable (bool): Whether to do anything at all.
        interval (int): Every how many usable clips (of this process) one is drawn.
        show (bool): Show the images in a window; needs a display.
        wait_time (float): How long a window stays, s; 0 waits for a key.
        out_dir (str, optional): Folder for the images. Without it and without ``show`` they go
            to ``attention`` in the log folder of the run.
        max_samples (int): Images (of this process) after which it stops.

    Raises:
        ConfigError: If a number is too small; before the test, if the model gives no attention or
            ``show`` has no display.
    """

    priority = 'NORMAL'

    def __init__(
        self,
        enable: bool = False,
        interval: int = 1,
        show: bool = False,
        wait_time: float = 2.0,
        out_dir: str | None = None,
        max_samples: int = 100,
    ) -> None:
        for name, value in dict(interval=interval, max_samples=max_samples).items():
            if value < 1:
                raise ConfigError(f'{type(self).__name__}: {name} must be at least 1, got {value}.')
        self.enable = enable
        self.interval = interval
        self.show = show
        self.wait_time = wait_time
        self.out_dir = out_dir
        self.max_samples = max_samples
        self._restore = False

    def before_test(self, runner: Runner) -> None:
        """Ask the model for maps."""
        if not self.enable:
            return
        if self.show:
            _require_display()
        model = _unwrap(runner)
        if not hasattr(model, 'return_map'):
            raise ConfigError(
                f'AttentionVisualizationHook: {type(model).__name__} gives no maps. Use '
                f'a model with return_map, or test without --show and --show-dir.'
            )
        self._restore = model.return_map
        model.return_map = True
        if self.out_dir is not None or not self.show:
            self._folder = Path(self.out_dir or Path(runner.log_dir) / 'attention')
            self._folder.mkdir(parents=True, exist_ok=True)
        else:
            self._folder = None
        self._num_seen = self._num_drawn = 0

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence | None = None,
    ) -> None:
        """Draw the clips of one batch.

        ``data_batch['inputs']['imgs']`` holds a uint8 tensor (1, C, T, H, W) a sample, None for an
        unusable one; ``outputs`` have ``sync_scores`` and ``sound_map`` (1+K, T', H', W').
        """
        if not self.enable:
            return
        for imgs, sample in zip(data_batch['inputs']['imgs'], outputs, strict=True):
            if 'unusable' in sample:
                continue
            self._num_seen += 1
            if (self._num_seen - 1) % self.interval or self._num_drawn >= self.max_samples:
                continue
            self._draw(runner, imgs, sample)
            self._num_drawn += 1

    def after_test(self, runner: Runner) -> None:
        """Leave the model as it was, and say where the images are."""
        if not self.enable:
            return
        _unwrap(runner).return_map = self._restore
        if self._folder is not None:
            runner.logger.info(f'{self._num_drawn} attention images are in {self._folder}.')
        if self._num_drawn == self.max_samples < -(-self._num_seen // self.interval):
            runner.logger.info(f'More were left out: max_samples is {self.max_samples}.')

    def _draw(self, runner: Runner, imgs: torch.Tensor, sample) -> None:
        name = sample.get('relpath', Path(sample.filename).name)
        frames = imgs.reshape(imgs.shape[-4:]).permute(1, 2, 3, 0).cpu().numpy()
        # Of the in-sync audio.
        attention = map_weights(sample.sound_map[0].cpu().numpy())
        in_sync, *shifted = torch.sigmoid(sample.sync_scores.float()).tolist()
        title = f'{name}   in sync: {in_sync:.2f}' + ''.join(
            f'   shifted {shift:+.2f} s: {score:.2f}'
            for shift, score in zip(sample.shift[1:], shifted, strict=True)
        )
        self._write(contact_sheet(frames, attention, title), name)

    def _write(self, image: np.ndarray, name: str, suffix: str = '.jpg') -> None:
        """Write and show an RGB image of a clip."""
        import cv2

        sheet = np.ascontiguousarray(image[..., ::-1])
        if self._folder is not None:
            quality = [cv2.IMWRITE_JPEG_QUALITY, 92] if suffix.endswith('.jpg') else []
            _, encoded = cv2.imencode(suffix, sheet, quality)
            # Folders become part of the name, so that equal names in two classes stay apart.
            flat = Path(name).as_posix().strip('/').replace('/', '__')
            (self._folder / f'{flat}{suffix}').write_bytes(encoded.tobytes())
        if self.show:
            cv2.imshow('attention', sheet)
            cv2.waitKey(round(self.wait_time * 1000))


def _unwrap(runner: Runner) -> torch.nn.Module:
    return runner.model.module if is_model_wrapper(runner.model) else runner.model


def _require_display() -> None:
    """Complain where no window can be opened, before OpenCV aborts the process."""
    import cv2

    gui = next(line for line in cv2.getBuildInformation().splitlines() if 'GUI:' in line)
    if 'NONE' in gui:
        raise ConfigError(
            'show=True needs an OpenCV with windows, but the headless one is installed. Write '
            'the images to a folder instead (--show-dir).'
        )
    if sys.platform.startswith('linux') and not (
        os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')
    ):
        raise ConfigError(
            'show=True needs a display, but DISPLAY is not set. Write the images to a folder '
            'instead (--show-dir).'
        )

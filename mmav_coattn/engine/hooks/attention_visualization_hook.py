"""Contact sheets of the attention, written while testing."""

import os
import re
import sys
from pathlib import Path

import numpy as np
import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from mmav_coattn.errors import ConfigError
from mmav_coattn.visualization import contact_sheet

MAX_MOMENTS = 6  #: Annotated moments that are shown of a clip, at most.


@HOOKS.register_module()
class AttentionVisualizationHook(Hook):
    """Write a contact sheet of frames and attention for test clips.

    Of clips with ``localization_targets`` it shows the annotated moments, with the true boxes. Its
    attributes carry the names that mmaction2's ``tools/test.py`` sets for ``--show-dir``,
    ``--show``, ``--interval`` and ``--wait-time``, so it takes the place of mmaction2's own
    ``VisualizationHook`` in ``default_hooks``.

    Args:
        enable (bool): Whether to do anything at all.
        interval (int): Every how many usable clips (of this process) one is drawn.
        show (bool): Show the images in a window; needs a display.
        wait_time (float): How long a window stays, s; 0 waits for a key.
        out_dir (str, optional): Folder for the images. Without it and without ``show`` they go
            to ``attention`` in the log folder of the run.

    Raises:
        ConfigError: If ``interval`` is below 1; before the test, without attention or display.
    """

    def __init__(
        self,
        enable: bool = False,
        interval: int = 1,
        show: bool = False,
        wait_time: float = 2.0,
        out_dir: str | None = None,
    ) -> None:
        if interval < 1:
            raise ConfigError(f'interval={interval} must be at least 1.')
        self.enable, self.interval, self.out_dir = enable, interval, out_dir
        self.show, self.wait_time = show, wait_time

    def before_test(self, runner: Runner) -> None:
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
        self._restore, model.return_map = model.return_map, True
        self._folder = None
        if self.out_dir is not None or not self.show:
            self._folder = Path(self.out_dir or Path(runner.log_dir) / 'attention')
            self._folder.mkdir(parents=True, exist_ok=True)
        self._num_seen = 0

    def after_test_iter(self, runner: Runner, batch_idx: int, data_batch=None, outputs=None):
        """Draw the clips of one batch.

        ``data_batch['inputs']['imgs']`` holds a uint8 tensor (1, C, T, H, W) a sample, None for an
        unusable one; ``outputs`` have ``sync_scores`` and ``sound_map`` (1+K, T', H', W').
        """
        if not self.enable:
            return
        for imgs, sample in zip(data_batch['inputs']['imgs'], outputs, strict=True):
            if 'unusable' in sample:
                continue
            if self._num_seen % self.interval == 0:
                self._draw(imgs, sample)
            self._num_seen += 1

    def after_test(self, runner: Runner) -> None:
        if not self.enable:
            return
        _unwrap(runner).return_map = self._restore
        if self._folder is not None:
            runner.logger.info(f'The attention images are in {self._folder}.')

    def _draw(self, imgs: torch.Tensor, sample) -> None:
        import cv2

        name = sample.get('relpath', Path(sample.filename).name)
        frames = imgs.reshape(imgs.shape[-4:]).permute(1, 2, 3, 0).cpu().numpy()
        # Of the in-sync audio; a match below 0 is below chance.
        attention = sample.sound_map[0].float().clamp(min=0).cpu().numpy()
        in_sync, *shifted = torch.sigmoid(sample.sync_scores.float()).tolist()
        title = f'{name}   in sync: {in_sync:.2f}' + ''.join(
            f'   shifted {shift:+.2f} s: {score:.2f}'
            for shift, score in zip(sample.shift[1:], shifted, strict=True)
        )
        moments = []
        for target in sample.get('localization_targets', [])[:MAX_MOMENTS]:
            time, start = target['time'], sample.window_starts[0]
            position = 0.5 if time is None else (time - start) / sample.clip_seconds
            moments.append((position, target['boxes']))
        # A clip and its silent twins have one name.
        has_source = sample.get('has_source', True)
        twin = '' if has_source else f'.{sample.get("silent_kind", "silent")}'
        rgb = contact_sheet(frames, attention, title, moments=moments)
        sheet = np.ascontiguousarray(rgb[..., ::-1])
        if self._folder is not None:
            _, encoded = cv2.imencode('.jpg', sheet, [cv2.IMWRITE_JPEG_QUALITY, 92])
            # Folders become part of the name, so that equal names in two classes stay apart.
            flat = Path(name + twin).as_posix().strip('/').replace('/', '__')
            (self._folder / f'{flat}.jpg').write_bytes(encoded.tobytes())
        if self.show:
            cv2.imshow('attention', sheet)
            cv2.waitKey(round(self.wait_time * 1000))


def _unwrap(runner: Runner) -> torch.nn.Module:
    return runner.model.module if is_model_wrapper(runner.model) else runner.model


def _require_display() -> None:
    """Complain where no window can be opened, before OpenCV aborts the process."""
    import cv2

    headless = re.search(r'GUI: +NONE', cv2.getBuildInformation())
    displays = os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')
    if headless or (sys.platform.startswith('linux') and not displays):
        raise ConfigError(
            'show=True needs a display, and an OpenCV that is not the headless one. Write the '
            'images to a folder instead (--show-dir).'
        )

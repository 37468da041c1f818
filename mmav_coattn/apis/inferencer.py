"""A trained network on one's own videos."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from mmaction.registry import MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint

from mmav_coattn.datasets.media.media_file import MediaFile
from mmav_coattn.errors import CheckpointError, ConfigError, TooShortError
from mmav_coattn.visualization import write_overlay_video

from .tool_runner import load_config

#: Transforms of a test pipeline that draw windows; the inferencer chooses its windows itself.
WINDOW_TRANSFORMS = ('OpenAudioVisual', 'SampleSyncWindows')
#: Transforms that cut a part out of the picture; a map is wanted of all of it.
CROP_TRANSFORMS = ('CenterCrop', 'RandomCrop', 'RandomResizedCrop', 'ThreeCrop', 'TenCrop')


class Localization(NamedTuple):
    """Where the sound of a video comes from.

    Attributes:
        attention (np.ndarray): (T, H', W') float32, sums to 1 over places at each time.
        times (np.ndarray): (T,), s on the container's clock.
        scores (np.ndarray): (W,), logit of "in sync" of each window.
        window_starts (np.ndarray): (W,), s on the container's clock.
        box (tuple): The part of the picture that the maps cover (x0, y0, x1, y1), fractions.
    """

    attention: np.ndarray
    times: np.ndarray
    scores: np.ndarray
    window_starts: np.ndarray
    box: tuple[float, float, float, float]


class AudioVisualInferencer:
    """Runs a pretrained network over whole videos, window by window.

    Args:
        config (str | Config): Config of the network, with ``model`` and ``test_pipeline``.
        checkpoint (str, optional): Its weights. None leaves them random, for tests.
        device (str): Where to run.

    Raises:
        ConfigError: If the config lacks what is needed.
        CheckpointError: If the checkpoint cannot be loaded.
    """

    def __init__(
        self, config: str | Config, checkpoint: str | None = None, device: str = 'cpu'
    ) -> None:
        cfg = load_config(config) if isinstance(config, (str, Path)) else config
        for name in ('model', 'test_pipeline'):
            if name not in cfg:
                raise ConfigError(f'The config has no {name}, which localising on a video needs.')
        init_default_scope(cfg.get('default_scope', 'mmaction'))
        settings = {transform['type']: transform for transform in cfg.test_pipeline}
        if 'SampleSyncWindows' not in settings:
            raise ConfigError(
                'test_pipeline has no SampleSyncWindows, which says how long a clip is.'
            )
        self.clip_seconds = float(settings['SampleSyncWindows']['clip_seconds'])
        self.box = tuple(settings.get('FixedCrop', {}).get('box', (0.0, 0.0, 1.0, 1.0)))
        self.pipeline = Compose(
            [
                TRANSFORMS.build(transform)
                for transform in cfg.test_pipeline
                if transform['type'] not in WINDOW_TRANSFORMS + CROP_TRANSFORMS
            ]
        )
        self.model = MODELS.build(cfg.model)
        self.model.blind_controls = False
        if checkpoint is not None:
            self._load(checkpoint)
        self.model.to(device).eval()

    def _load(self, checkpoint: str | Path) -> None:
        try:
            load_checkpoint(self.model, str(checkpoint), map_location='cpu', strict=True)
        except RuntimeError as error:
            if 'do not match' not in str(error):
                raise
            differences = ' '.join(str(error).split())
            raise CheckpointError(
                f'{checkpoint}: does not belong to the network of this config. {differences[:500]}'
            ) from error

    def localize(self, video: str | Path, out: str | Path | None = None) -> Localization:
        """Find where in the picture the sound is made.

        The video is covered by windows of the length the network was trained with, side by side;
        the last one ends with the video.

        Args:
            video (str | Path): The file.
            out (str | Path, optional): Write an overlay MP4 with the original sound here.

        Returns:
            Localization: Maps, their times, and how much in sync each window looks.

        Raises:
            MediaError: If the file cannot be used.
        """
        starts = self.window_starts(video)
        attention, times, scores = [], [], []
        for start in starts:
            maps, score = self.run_window(video, start)
            step = self.clip_seconds / len(maps)
            map_times = start + (np.arange(len(maps)) + 0.5) * step
            # The last window overlaps the one before it: only what is new of it is taken.
            new = map_times > (times[-1][-1] if times else -np.inf)
            attention.append(maps[new])
            times.append(map_times[new])
            scores.append(score)
        result = Localization(
            np.concatenate(attention), np.concatenate(times), np.array(scores), starts, self.box
        )
        if out is not None:
            mean = torch.tensor(result.scores).sigmoid().mean().item()
            write_overlay_video(
                video,
                out,
                result.attention,
                result.times,
                start=starts[0],
                duration=starts[-1] + self.clip_seconds - starts[0],
                box=self.box,
                caption=f'in sync: {mean:.2f}',
            )
        return result

    def window_starts(self, video: str | Path) -> np.ndarray:
        """Starts of windows that cover all of the video that has picture and sound, s."""
        with MediaFile(video) as media:
            begin, end = media.common_span
        room = end - begin - self.clip_seconds
        if room < -1e-6:
            raise TooShortError(
                str(video),
                f'picture and sound overlap for {max(end - begin, 0):.3f} s, and this '
                f'network needs {self.clip_seconds} s',
            )
        count = int(np.ceil(max(room, 0.0) / self.clip_seconds - 1e-6)) + 1
        return begin + np.minimum(np.arange(count) * self.clip_seconds, max(room, 0.0))

    @torch.no_grad()
    def run_window(self, video: str | Path, start: float) -> tuple[np.ndarray, float]:
        """Maps (T', H', W') and sync logit of one window that begins at ``start`` s."""
        packed = self.pipeline(
            dict(
                media=MediaFile(video),
                filename=str(video),
                relpath=str(video),
                window_starts=np.array([start]),
                shift=np.zeros(1),
                clip_seconds=self.clip_seconds,
            )
        )
        data = self.model.data_preprocessor(pseudo_collate([packed]))
        features, _ = self.model.extract_feat(data['inputs'], return_attention=True)
        if features.attention is None:
            raise ConfigError(
                'This network has no audio-guided attention (neck.module is VGA), so '
                'it has no map to show; use AGA or CMA.'
            )
        score = self.model.cls_head.predict(features)[0, 0].item()
        return features.attention[0, 0].float().cpu().numpy(), score

"""A trained network on one's own videos."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint

from mmav_coattn.checkpoint_files import version_0_1_sentence
from mmav_coattn.config import load_config
from mmav_coattn.errors import CheckpointError, ConfigError, UnwritableMediaError
from mmav_coattn.media import MediaFile
from mmav_coattn.progress import progress_bar
from mmav_coattn.visualization import write_overlay_video
from mmav_coattn.weights import NAMES, shipped_network

from .clip_settings import ClipSettings
from .embedding import Embedding, Progress, embed_file
from .faces import FaceTrack, find_faces
from .feature_extraction import ExtractedFeatures, check_towers, pool_windows
from .file_score import FileScore, score_file
from .localizer import Localization, find_sound
from .many_files import BatchResult, InputFile, expand_inputs, is_one_file, run_each
from .speaker import best_face
from .sync_estimator import measure_sync
from .sync_result import SyncResult

Listener = Callable[[str, float, float], None]


class AudioVisualInferencer:
    """Runs a pretrained network over whole videos, each in one pass.

    Files of any length are decoded once, from beginning to end. Every method takes a file, and
    returns its result, or raises a :class:`MediaError` or :class:`DataNotFoundError`; or a folder,
    a glob pattern or a list of these, and returns a :class:`BatchResult`, in which a file that
    cannot be used is named and the others are done.

    Args:
        config (str | Config, optional): Config of the network, with ``model`` and
            ``test_pipeline``; or the name of a network that the package ships, ``'events'`` or
            ``'faces'``. Defaults to None, which is ``'events'``.
        checkpoint (str, optional): Weights of one's own network. None leaves them random, for
            tests.
        device (str): Where to run.
        progress (bool): Show a bar for each file.

    Raises:
        ConfigError: If the config lacks what is needed.
        CheckpointError: If the checkpoint cannot be loaded.
    """

    def __init__(
        self,
        config: str | Config | None = None,
        checkpoint: str | Path | None = None,
        device: str = 'cpu',
        progress: bool = False,
    ) -> None:
        if config is None or config in NAMES:
            if checkpoint is not None:
                raise ConfigError(
                    f'{checkpoint}: name the config of this checkpoint; without a config, and with '
                    f'{" or ".join(NAMES)} in its place, the network is one of the package.'
                )
            config, checkpoint = shipped_network(config or NAMES[0])
        cfg = load_config(str(config)) if isinstance(config, (str, Path)) else config
        if 'model' not in cfg:
            raise ConfigError('The config has no model.')
        init_default_scope(cfg.get('default_scope', 'mmaction'))
        self.settings = ClipSettings.from_config(cfg)
        self.progress = progress
        self.listener: Listener | None = None
        self.model = MODELS.build(cfg.model)
        if checkpoint is not None:
            self._load(checkpoint)
        self.model.to(device).eval()

    def _load(self, checkpoint: str | Path) -> None:
        try:
            load_checkpoint(
                self.model, str(checkpoint), map_location='cpu', strict=True, logger='current'
            )
        except RuntimeError as error:
            if 'do not match' not in str(error):
                raise
            sentence = version_0_1_sentence(checkpoint, str(error).split())
            if sentence is not None:
                raise CheckpointError(sentence) from error
            differences = ' '.join(str(error).split())
            raise CheckpointError(
                f'{checkpoint}: does not belong to the network of this config. {differences[:500]}'
            ) from error

    def embed(
        self, video: str | Path | Iterable[str | Path], keep_frames: bool = False
    ) -> Embedding | BatchResult:
        """Run both towers once over a video; what the other methods read from.

        Args:
            keep_frames (bool): Return the frames as the network sees them as well.
        """
        return self._each(video, lambda file: self._embed(file.path, keep_frames=keep_frames))

    def _embed(
        self,
        path: Path,
        streams: tuple[str, ...] = ('visual', 'audio'),
        keep_frames: bool = False,
    ) -> Embedding:
        def embed(
            progress: Progress, streams: tuple[str, ...], face: FaceTrack | None = None
        ) -> Embedding:
            return embed_file(
                self.model, self.settings, str(path), progress, streams, keep_frames, face
            )

        with self._bar(path, 'embedding') as progress:
            if self.settings.face is None or 'visual' not in streams:
                return embed(progress, streams)
            faces = find_faces(str(path))
            return best_face(self.model, embed, faces, progress, streams)

    def localize(
        self,
        video: str | Path | Iterable[str | Path],
        out: str | Path | None = None,
        side_by_side: bool = False,
    ) -> Localization | BatchResult:
        """Find where in the frame the audio is made.

        Args:
            out (str | Path, optional): Write an overlay MP4 with the original audio here; for
                several videos, the folder of as many ``NAME.mp4``.
            side_by_side (bool): Show the original to the left of the overlay.

        Returns:
            Localization | BatchResult: Maps, their times, and how much in sync each step looks.
        """

        def act(file: InputFile) -> Localization:
            target = out if out is None or is_one_file(video) else Path(out, f'{file.name}.mp4')
            return self._localize_file(file.path, target, side_by_side)

        return self._each(video, act)

    def _localize_file(
        self, path: Path, out: str | Path | None, side_by_side: bool
    ) -> Localization:
        if out is not None and Path(out).resolve() == path.resolve():
            raise UnwritableMediaError(
                str(out), 'the overlay would overwrite its original; name another file'
            )
        wants_frames = self.model.map_refiner is not None
        result = find_sound(self.model, self._embed(path, keep_frames=wants_frames))
        if out is None:
            return result
        with MediaFile(path) as media:
            begin, end = media.common_span
        judged = result.scores[np.isfinite(result.scores)]
        with self._bar(path, 'writing') as progress:
            write_overlay_video(
                path,
                out,
                result.attention,
                result.times,
                start=begin,
                duration=end - begin,
                box=result.box,
                caption=f'in sync: {torch.tensor(judged).sigmoid().mean().item():.2f}',
                side_by_side=side_by_side,
                progress=progress,
            )
        return result

    def sync(
        self,
        video: str | Path | Iterable[str | Path],
        max_offset: float = 1.0,
    ) -> SyncResult | BatchResult:
        """Measure by how much the audio of a video is late or early.

        Args:
            max_offset (float): Largest offset to look for either way, s.

        Returns:
            SyncResult | BatchResult: The offset, above 0 where the audio is late.

        Raises:
            ConfigError: If ``max_offset`` is out of range.
        """
        if not max_offset > 0:
            raise ConfigError(f'max_offset={max_offset} must be more than 0 seconds.')
        return self._each(
            video, lambda file: measure_sync(self.model, self._embed(file.path), max_offset)
        )

    def score(self, video: str | Path | Iterable[str | Path]) -> FileScore | BatchResult:
        """Measure what tells whether a video is fit for training: one line of a table."""
        return self._each(video, lambda file: score_file(cast(SyncResult, self.sync(file.path))))

    def extract(
        self,
        video: str | Path | Iterable[str | Path],
        towers: Sequence[str] = ('visual', 'audio'),
    ) -> ExtractedFeatures | BatchResult:
        """Compute features: of each clip the mean over location and time of both towers.

        Args:
            towers (Sequence[str]): ``'visual'``, ``'audio'`` or both; with one, a video need not
                have the other stream.

        Returns:
            ExtractedFeatures | BatchResult: Times and features of the clips.

        Raises:
            ConfigError: If a tower is unknown.
        """
        towers = check_towers(towers)
        return self._each(
            video, lambda file: pool_windows(self._embed(file.path, streams=towers), towers)
        )

    def _each(self, video, act: Callable[[InputFile], Any]) -> Any:
        files = expand_inputs(video)
        return act(files[0]) if is_one_file(video) else run_each(files, act)

    @contextmanager
    def _bar(self, path: Path, doing: str) -> Iterator[Progress]:
        """A progress bar in seconds of video, called with those done and those in all."""
        form = '{desc} {percentage:3.0f}% |{bar}| {n:.0f}/{total:.0f} s of video '
        with progress_bar(
            desc=f'{path.name}: {doing}',
            disable=not self.progress,
            bar_format=form + '[{elapsed}<{remaining}]',
            total=1,
        ) as bar:

            def update(done: float, total: float) -> None:
                bar.total = total
                bar.update(max(0.0, min(done, total) - bar.n))
                if self.listener is not None:
                    self.listener(doing, min(done, total), total)

            yield update

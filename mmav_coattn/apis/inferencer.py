"""A trained network on one's own videos."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from scipy.special import expit

from mmav_coattn.checkpoint_files import read_state, version_0_1_sentence
from mmav_coattn.config import load_config
from mmav_coattn.engine.hooks.checkpoint_guard_hook import compare_state, describe_state
from mmav_coattn.errors import CheckpointError, ConfigError, MissingFileError, UnwritableMediaError
from mmav_coattn.media import MediaFile
from mmav_coattn.progress import progress_bar
from mmav_coattn.visualization import write_overlay_video
from mmav_coattn.weights import NAMES, shipped_network

from .clip_settings import ClipSettings
from .embedding import Embedding, Progress, embed_file
from .faces import find_faces
from .feature_extraction import TOWERS, ExtractedFeatures, pool_windows
from .localizer import Localization, find_sound
from .speaker import best_face
from .sync_estimator import measure_sync
from .sync_result import SyncResult


class AudioVisualInferencer:
    """Runs a pretrained network over whole videos, each in one pass.

    Files of any length are decoded once, from beginning to end. Every method takes a file, and
    raises a :class:`MediaError` if it is absent or cannot be used. For many files see
    :func:`~mmav_coattn.apis.many_files.run_each`.

    Args:
        config (str | Config, optional): Config of a network, with ``model`` and ``test_pipeline``;
            or a network that the package ships, ``'events'``, the default, or ``'faces'``.
        checkpoint (str, optional): Weights of one's own network. None leaves them random.
        device (str): Where to run.
        progress (bool): Show a bar for each file.

    Raises:
        ConfigError: If the config lacks what is needed, or there is no such device.
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
        self.listener: Callable[[str, float, float], None] | None = None
        self.model = MODELS.build(cfg.model)
        if checkpoint is not None:
            state, _ = read_state(checkpoint)
            differences = describe_state(*compare_state(self.model.state_dict(), state))
            if differences:
                other = f'does not belong to the network of this config: {differences}.'
                old = version_0_1_sentence(checkpoint, state)
                raise CheckpointError(old or f'{checkpoint}: {other}')
            self.model.load_state_dict(state)
        try:
            self.model.to(device).eval()
        except (AssertionError, RuntimeError) as error:  # torch's own, where there is none
            why = str(error).partition('\n')[0]
            raise ConfigError(f'device={device!r} cannot be used ({why}); try cpu.') from error

    def embed(
        self,
        video: str | Path,
        keep_frames: bool = False,
        streams: Sequence[str] = ('visual', 'audio'),
    ) -> Embedding:
        """Run both towers once over a video; what the other methods read from.

        With ``keep_frames`` the frames are returned as the network sees them. ``streams`` are
        ``'visual'``, ``'audio'`` or both; the video need not have others.
        """
        path = Path(video)
        if not path.is_file():
            raise MissingFileError(str(path), 'there is no such file')
        embed = partial(embed_file, self.model, self.settings, str(path), keep_frames=keep_frames)
        with self._bar(path, 'embedding') as progress:
            if self.settings.face is None or 'visual' not in streams:
                return embed(progress, streams)
            return best_face(self.model, embed, find_faces(str(path)), progress, streams)

    def localize(
        self, video: str | Path, out: str | Path | None = None, side_by_side: bool = False
    ) -> Localization:
        """Find where in the frame the audio is made: maps, and how much in sync each step looks.

        An overlay MP4 with the original audio is written to ``out``; ``side_by_side`` shows the
        original to its left. Where the audio matches nothing in sight, a caption says so.
        """
        path = Path(video)
        if out is not None and Path(out).resolve() == path.resolve():
            why = 'the overlay would overwrite its original; name another file'
            raise UnwritableMediaError(str(out), why)
        embedding = self.embed(path, keep_frames=self.model.map_refiner is not None)
        result = find_sound(self.model, embedding)
        if out is None:
            return result
        with MediaFile(path) as media:
            begin, end = media.common_span
        in_sync = f'in sync: {np.nanmean(expit(result.scores)):.2f}'
        with self._bar(path, 'writing') as progress:
            write_overlay_video(
                path,
                out,
                result.attention,
                result.times,
                start=begin,
                duration=end - begin,
                box=result.box,
                caption=in_sync if result.visible else 'no visible source',
                side_by_side=side_by_side,
                progress=progress,
            )
        return result

    def sync(self, video: str | Path, max_offset: float = 1.0) -> SyncResult:
        """Measure by how much the audio of a video is late (above 0) or early.

        Offsets up to ``max_offset`` s either way are looked for.

        Raises:
            ConfigError: If ``max_offset`` is out of range.
        """
        if not max_offset > 0:
            raise ConfigError(f'max_offset={max_offset} must be more than 0 seconds.')
        return measure_sync(self.model, self.embed(video), max_offset)

    def extract(
        self, video: str | Path, towers: Sequence[str] = ('visual', 'audio')
    ) -> ExtractedFeatures:
        """Compute features: of each clip the mean over location and time of both towers.

        With ``'visual'`` or ``'audio'`` alone, a video need not have the other stream.

        Raises:
            ConfigError: If a tower is unknown.
        """
        if not towers or set(towers) - set(TOWERS):
            raise ConfigError(f'towers={tuple(towers)} must be of {TOWERS}.')
        return pool_windows(self.embed(video, streams=towers), towers)

    @contextmanager
    def _bar(self, path: Path, doing: str) -> Iterator[Progress]:
        """A progress bar in seconds of video, called with those done and those in all."""
        form = '{desc} {percentage:3.0f}% |{bar}| {n:.0f}/{total:.0f} s of video '
        form += '[{elapsed}<{remaining}]'
        desc = f'{path.name}: {doing}'
        with progress_bar(desc=desc, disable=not self.progress, bar_format=form, total=1) as bar:

            def update(done: float, total: float) -> None:
                bar.total = total
                bar.update(max(0.0, min(done, total) - bar.n))
                if self.listener is not None:
                    self.listener(doing, min(done, total), total)

            yield update

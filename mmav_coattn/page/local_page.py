"""A page in the browser, on this computer alone: drop a video, see and download what comes out."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mmav_coattn.errors import ConfigError, UserError, import_extra
from mmav_coattn.media.remux import shift_audio
from mmav_coattn.sounding_shapes import make_split, read_annotation

from .analysis import analyse

if TYPE_CHECKING:
    from mmav_coattn.apis import AudioVisualInferencer

#: Nobody but this computer reaches the page; there is no setting for another address on purpose.
LOOPBACK = '127.0.0.1'
TITLE = 'Where is the sound, and is it in sync?'
EXPLANATION = (
    'Drop a video with audio. The offset is above 0 where the audio is late: at +0.24 s, what is '
    'seen is heard 0.24 s later. The network judges what it was trained on; on other videos look '
    'at the curve before you believe the number. Nothing leaves this computer.'
)
#: Two clips to begin with: the offset of their audio, s, by their name.
SAMPLES = {'in_sync.mp4': 0.0, 'audio_0.24_s_late.mp4': 0.24}


def build_page(inferencer: AudioVisualInferencer, folder: str | Path):
    """Lay out the page, a ``gradio.Blocks`` that is not launched yet.

    The results of each video are written into a folder of their own inside ``folder``.
    """
    gradio = _gradio()

    def on_click(video, max_offset, progress=gradio.Progress()):  # noqa: B008  (Gradio's way)
        if video is None:
            raise gradio.Error('Drop a video first.', print_exception=False)
        target = tempfile.mkdtemp(dir=folder)
        try:
            tell = lambda share, doing: progress(share, desc=doing)  # noqa: E731
            found = analyse(inferencer, video, target, max_offset, tell)
        except UserError as error:
            # The path is that of the upload; its name is all that its owner knows.
            sentence = str(error).replace(str(video), Path(video).name)
            raise gradio.Error(sentence, duration=None, print_exception=False) from error
        text = '\n\n'.join([f'### {found.sentences[0]}', *found.sentences[1:]])
        return text, str(found.overlay), str(found.curve), found.fixed and str(found.fixed)

    with gradio.Blocks(title=TITLE, analytics_enabled=False) as page:
        gradio.Markdown(f'# {TITLE}\n{EXPLANATION}')
        with gradio.Row():
            with gradio.Column(scale=1):
                video = gradio.File(
                    label='Video', file_types=['video', '.mkv', '.ts', '.mts'], elem_id='upload'
                )
                samples = [[str(path)] for path in make_samples(Path(folder))]
                gradio.Examples(samples, [video], label='Simulated clips to begin with')
                max_offset = gradio.Slider(
                    0.2, 3.0, value=1.0, step=0.1, label='Largest offset to look for (s)'
                )
                button = gradio.Button('Look and listen', variant='primary', elem_id='go')
                sentence = gradio.Markdown(elem_id='sentence')
                fixed = gradio.File(label='Corrected file', elem_id='fixed', interactive=False)
            with gradio.Column(scale=2):
                # Labels within would cover the caption of the overlay and the title of the curve.
                gradio.Markdown('**Where the sound comes from**')
                overlay = gradio.Video(
                    show_label=False,
                    elem_id='overlay',
                    interactive=False,
                    height=400,  # so that the curve is in sight as well
                )
                gradio.Markdown('**How well they match at each shift**')
                curve = gradio.Image(
                    show_label=False,
                    elem_id='curve',
                    type='filepath',
                    interactive=False,
                    buttons=['download', 'fullscreen'],  # and none that shares it
                )
        button.click(
            on_click,
            [video, max_offset],
            [sentence, overlay, curve, fixed],
            api_name='analyse',
            show_progress_on=overlay,
        )
    return page


def make_samples(folder: Path) -> list[Path]:
    """Make the :data:`SAMPLES`, clips of SoundingShapes to try the page with, in a folder."""
    make_split(folder / 'samples', 'medium', 'test', len(SAMPLES))
    clips = read_annotation(folder / 'samples', 'medium', 'test') or []
    return [
        shift_audio(folder / 'samples' / clip['path'], folder / name, offset)
        for clip, (name, offset) in zip(clips, SAMPLES.items(), strict=True)
    ]


def serve(
    inferencer: AudioVisualInferencer,
    port: int | None = 7860,
    max_upload_mb: int = 500,
    block: bool = True,
):
    """Serve the page on the loopback address, until interrupted.

    Port None takes a free one. Larger files than ``max_upload_mb`` are refused. Without ``block``
    it returns the page at once, a ``gradio.Blocks`` with a ``local_url``; call its ``close()``.

    Raises:
        MissingDependencyError: If the extra ``page`` is not installed.
        ConfigError: If the port is taken, or a setting out of range.
    """
    if max_upload_mb < 1:
        raise ConfigError(f'max_upload_mb={max_upload_mb} must be 1 or more.')
    gradio = _gradio()
    folder = tempfile.TemporaryDirectory(prefix='mmav_coattn_page_')
    page = build_page(inferencer, folder.name)
    # Kept until the page goes, and deleted with it.
    page.results_folder = folder
    try:
        page.launch(
            server_name=LOOPBACK,
            server_port=port,
            share=False,
            max_file_size=f'{max_upload_mb}mb',
            quiet=True,
            prevent_thread_lock=True,
            theme=gradio.themes.Default(
                font=['system-ui', 'sans-serif'], font_mono=['ui-monospace', 'monospace']
            ),
            footer_links=[],
        )
    except OSError as error:
        folder.cleanup()
        raise ConfigError(
            f'The page cannot use port {port}: {" ".join(str(error).split())}'
        ) from error
    if block:
        print(f'Open {page.local_url} in a browser of this computer; end with Ctrl+C.', flush=True)
        try:
            page.block_thread()
        finally:
            folder.cleanup()
    return page


def _gradio():
    # Read by Gradio when it is imported: no usage statistics, no look for newer versions.
    os.environ.setdefault('GRADIO_ANALYTICS_ENABLED', 'False')
    return import_extra('gradio', 'page', 'The page')

"""Make the images of README.md and docs/ from a trained work directory.

    python tools/analysis_tools/readme_pictures.py work_dirs/demo

60 clips spread over the test set are ranked as in the report, by how far the logit of their own
audio lies above that of the shifted one. The images show the best, the median and the worst of
them, or the median one alone: never one chosen by eye. Of each clip they show the moments at which
the map is most concentrated, wherever that is. Screenshots need Chromium, playwright and
the extra `page`; without them they are left out, and said to be.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from mmengine.config import DictAction

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.errors import ConfigError, DataNotFoundError
from mmav_coattn.experiments.report.ranked_clips import choose_clips, rank_clips
from mmav_coattn.experiments.report.work_dir import read_work_dir
from mmav_coattn.media import MediaFile
from mmav_coattn.media.remux import shift_audio
from mmav_coattn.visualization import contact_sheet
from mmav_coattn.visualization.sync_curve import plot_sync

NUM_RANKED = 60
#: By how much the audio of the median clip is made late for the images of its offset, s.
LATE = 0.24
#: Moments of a clip that are shown, and the least time between them, s.
NUM_MOMENTS, MOMENTS_APART = 6, 0.25
REPORT = Path(__file__).resolve().with_name('report.py')
WAIT = 120_000  # ms
PAGE_WIDTH, REPORT_WIDTH = 880, 720  # px


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('work_dir', type=Path, help='as `make demo` leaves it')
    parser.add_argument(
        '--out', type=Path, default=Path('docs/images'), help='folder; default: docs/images'
    )
    parser.add_argument(
        '--chromium',
        default='/usr/bin/chromium',
        help='for the screenshots; default: /usr/bin/chromium',
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='data_root=FOLDER where it has moved'
    )
    return parser.parse_args()


def save(image, path: Path, colours: int | None = None) -> None:
    """Write a PIL image as a PNG small enough for a repository, and say how small."""
    from PIL import Image

    if colours is not None:
        # By coverage, then dithered: the heat map's colours are rare, and would else be lost.
        palette = image.quantize(colours, Image.Quantize.MAXCOVERAGE)
        image = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    image.save(path, optimize=True)
    print(f'{path}: {path.stat().st_size / 1000:.0f} kB', flush=True)


def concentrated_moments(attention: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Indices, rising, of those of the times (T,), s, whose maps (T, H', W') have high peaks."""
    peaks = attention.max(axis=(1, 2)) / attention.mean(axis=(1, 2))
    chosen: list[int] = []
    for index in np.argsort(-peaks, kind='stable'):
        if all(abs(times[index] - times[other]) >= MOMENTS_APART for other in chosen):
            chosen.append(int(index))
    return np.sort(chosen[:NUM_MOMENTS])


def draw_maps(inferencer, ranked, out: Path) -> None:
    """Frames and maps of the best, the median and the worst clip."""
    from PIL import Image

    sheets = []
    for rank, clip in choose_clips(ranked).items():
        found = inferencer.localize(clip.filename)
        moments = concentrated_moments(found.attention, found.times)
        with MediaFile(clip.filename) as media:
            frames = media.read_frames(found.times[moments])
        title = f'{rank} of {len(ranked)} held-out clips ({Path(clip.name).name})'
        sheets.append(contact_sheet(frames, found.attention[moments], title))
    save(Image.fromarray(np.concatenate(sheets)), out, colours=256)


def take_screenshots(args, report: Path) -> None:
    """The page after a click, and the report while its clips play, in headless Chromium."""
    try:
        import gradio  # noqa: F401
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        print(f'no screenshots: {error}', file=sys.stderr)
        return
    if not Path(args.chromium).is_file():
        print(f'no screenshots: {args.chromium} is not there (--chromium)', file=sys.stderr)
        return
    from mmav_coattn.apis import AudioVisualInferencer
    from mmav_coattn.page import serve
    from mmav_coattn.page.local_page import SAMPLES

    # As it opens: with the network of the package, and one of its own two clips.
    late = max(SAMPLES, key=SAMPLES.get)
    page = serve(AudioVisualInferencer(), port=None, block=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=args.chromium, args=['--no-sandbox', '--disable-background-networking']
        )
        tab = browser.new_page(viewport=dict(width=1100, height=900))
        tab.goto(page.local_url)
        tab.click(f'text={late}')
        tab.wait_for_selector(f'#upload >> text={late[:8]}')
        tab.click('#go')
        tab.wait_for_selector('#fixed a', timeout=WAIT)
        tab.wait_for_function('document.querySelector("#overlay video").videoWidth > 0')
        tab.wait_for_function('document.querySelector("#curve img").naturalWidth > 0')
        tab.evaluate('document.querySelector("#overlay video").currentTime = 1.5')
        tab.wait_for_timeout(2000)
        screenshot(tab, args.out / 'page.png', PAGE_WIDTH)
        tab = browser.new_page(viewport=dict(width=1100, height=900))
        tab.goto(report.resolve().as_uri())
        tab.evaluate(
            'Promise.all([...document.querySelectorAll("video")].map('
            'video => { video.muted = video.loop = true; return video.play(); }))'
        )
        tab.wait_for_timeout(5500)  # controls fade while a clip plays
        tab.wait_for_function(  # on a busy machine one may not have got to its first frame
            '[...document.querySelectorAll("video")].every(video => video.currentTime > 0.5)'
        )
        screenshot(tab, args.out / 'report.png', REPORT_WIDTH)
        browser.close()
    page.close()


def screenshot(tab, out: Path, width: int) -> None:
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(tab.screenshot(full_page=True))).convert('RGB')
    height = round(image.height * width / image.width)
    save(image.resize((width, height), Image.Resampling.LANCZOS), out, colours=256)


def main():
    args = parse_args()
    work_dir = read_work_dir(args.work_dir)
    if work_dir.config is None or work_dir.checkpoint is None:
        raise DataNotFoundError(f'{args.work_dir}: holds no config with a checkpoint; train first.')
    cfg = load_config(str(work_dir.config), args.cfg_options)
    from mmaction.registry import DATASETS

    from mmav_coattn.apis import AudioVisualInferencer

    inferencer = AudioVisualInferencer(cfg, work_dir.checkpoint)
    ranked, _ = rank_clips(inferencer, DATASETS.build(cfg.test_dataloader.dataset), NUM_RANKED)
    if len(ranked) < 3:
        raise ConfigError(f'{len(ranked)} clips are too few for a best, a median and a worst one.')
    median = choose_clips(ranked)['median']
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        late = shift_audio(median.filename, folder / 'median_clip.mp4', LATE)
        draw_maps(inferencer, ranked, args.out / 'localization.png')
        plot_sync(inferencer.sync(late), args.out / 'sync.png')
        command = [sys.executable, str(REPORT), str(args.work_dir), '--out', f'{name}/report.html']
        if args.cfg_options:
            command += ['--cfg-options', *(f'{k}={v}' for k, v in args.cfg_options.items())]
        subprocess.run(command, check=True)
        take_screenshots(args, folder / 'report.html')


if __name__ == '__main__':
    run_tool(main)

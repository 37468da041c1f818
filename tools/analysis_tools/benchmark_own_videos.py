"""Measure what the commands for one's own videos cost: peak memory, and speed against real time.

memory: each command in a process of its own on one long video; the largest resident memory.
speed:  seconds of video overlaid in a second, by the whole command and without its start.
sync:   seconds of `sync` in a process that has the network, beside those of decoding alone.

The video is made of clips that the network knows, stretched to --size, its audio 0.24 s late.
"""

import argparse
import re
import subprocess
import sys
import time
from collections import deque
from math import floor
from pathlib import Path
from statistics import median

import numpy as np
from speed.long_video import write_long_video
from speed.timing import Row, format_table, time_by_turns

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.arguments import add_checkpoint_arguments, build_inferencer
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.datasets.video_lists import find_videos
from mmav_coattn.errors import ConfigError, DataNotFoundError, UserError
from mmav_coattn.media import MediaFile

TOOLS = Path(__file__).resolve().parents[1]
#: 1.5 GB in MiB.
MEMORY_TARGET = '<= 1430'
#: Length of the video by what is measured.
DEFAULT_SECONDS = dict(memory=600.0, speed=10.0, sync=60.0)
LENGTHS = ', '.join(f'{seconds:g} for {name}' for name, seconds in DEFAULT_SECONDS.items())
#: Name, tool and arguments of what is measured; OUT is a file to write.
COMMANDS = {
    'localize': ['localize.py', '--out', 'OUT'],
    'side-by-side': ['localize.py', '--side-by-side', '--out', 'OUT'],
    'sync': ['sync.py', '--no-curve'],
    'fix': ['sync.py', '--no-curve', '--fix', 'OUT'],
}


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('measure', choices=DEFAULT_SECONDS)
    add_checkpoint_arguments(parser)
    parser.add_argument(
        '--clips',
        type=Path,
        default=Path('data/sounding_shapes/medium/test'),
        help='folder of clips to make the video of; default: those of `make demo`',
    )
    parser.add_argument('--seconds', type=float, help=f'length of the video, s; default: {LENGTHS}')
    parser.add_argument(
        '--size',
        type=int,
        nargs=2,
        default=(1280, 720),
        metavar=('WIDTH', 'HEIGHT'),
        help='of the video, px; default: 1280 720',
    )
    parser.add_argument(
        '--commands',
        nargs='+',
        choices=COMMANDS,
        default=['localize', 'sync', 'fix'],
        help='what memory measures; default: localize sync fix',
    )
    parser.add_argument('--rounds', type=int, default=5, help='of speed and sync; default: 5')
    parser.add_argument(
        '--folder',
        type=Path,
        default=Path('work_dirs/benchmark/own_videos'),
        help='for the video and what is made of it; default: work_dirs/benchmark/own_videos',
    )
    return parser.parse_args()


def run(args, name: str, video: Path) -> tuple[float, float]:
    """Peak memory in MiB and seconds of one command."""
    tool, *arguments = COMMANDS[name]
    out = str(args.folder / f'out_{video.name}')
    command = [sys.executable, str(TOOLS / tool), str(video)]
    command += [out if argument == 'OUT' else argument for argument in arguments]
    for option in ('network', 'config', 'device'):
        if getattr(args, option):
            command += [f'--{option}', str(getattr(args, option))]
    start = time.monotonic()
    process = subprocess.Popen(command)
    peak = 0.0
    # Not what the system says at the end (ru_maxrss), which counts what this process had when it
    # started the other. The commands start no processes of their own, so this is all of it.
    while process.poll() is None:
        peak = max(peak, peak_mib(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise UserError(f'{" ".join(command)}: ended with exit code {process.returncode}.')
    return peak, time.monotonic() - start


def peak_mib(pid: int) -> float:
    """Largest resident memory of a process so far, MiB; 0 where it has just ended."""
    try:
        found = re.search(r'VmHWM:\s+(\d+) kB', Path(f'/proc/{pid}/status').read_text())
    except OSError:
        return 0.0
    return int(found.group(1)) / 1024 if found else 0.0


def memory_table(args, video: Path, title: str) -> list[Row]:
    return [
        Row(f'{name}: peak memory, {title}', run(args, name, video)[0], 'MiB', MEMORY_TARGET)
        for name in args.commands
    ]


def speed_table(args, video: Path, title: str, seconds: float) -> list[Row]:
    inferencer = build_inferencer(args)
    whole, alone = [], []
    for _ in range(args.rounds):
        whole.append(seconds / run(args, 'localize', video)[1])
        start = time.monotonic()
        inferencer.localize(video, args.folder / 'alone.mp4')
        alone.append(seconds / (time.monotonic() - start))
    return [
        Row(f'overlay, {title}: the whole command', median(whole), 's of video a s', '>= 1'),
        Row(f'overlay, {title}: without its start', median(alone), 's of video a s', '>= 1'),
    ]


def sync_table(args, video: Path, title: str) -> list[Row]:
    inferencer = build_inferencer(args)
    settings = inferencer.settings

    def decode():
        """What `sync` reads."""
        with MediaFile(video) as media:
            begin, end = media.video_span
            times = np.arange(begin + settings.step / 2, end - settings.step / 2, settings.step)
            deque(media.stream_frames(times, settings.short_side), maxlen=0)
        with MediaFile(video) as media:
            begin, end = media.audio_span
            rate = settings.sample_rate
            media.read_audio(begin, floor((end - begin) * rate) / rate, rate)

    turns = {'sync': lambda: inferencer.sync(video), 'decoding': decode}
    found = time_by_turns(turns, args.rounds)
    return [
        Row(f'sync, {title}', found.median('sync'), 's'),
        Row(f'sync, {title}, over decoding alone', found.share('sync', 'decoding'), 'x', '<= 1.5'),
    ]


def main():
    args = parse_args()
    seconds = args.seconds or DEFAULT_SECONDS[args.measure]
    if not args.clips.is_dir():
        raise DataNotFoundError(
            f'{args.clips}: there is no such folder; run `make demo`, or name one by --clips.'
        )
    if not 0.5 <= seconds or args.rounds < 1:
        raise ConfigError(f'--seconds {seconds} and --rounds {args.rounds} are too few.')
    clips = [args.clips / name for name in sorted(find_videos(args.clips))[:4]]
    width, height = args.size
    title = f'{seconds:g} s of {width}x{height}'
    video = write_long_video(
        clips, args.folder / f'{seconds:g}s_{width}x{height}.mp4', seconds, (width, height)
    )
    print(f'{video}: {video.stat().st_size / 1e6:.0f} MB', flush=True)
    if args.measure == 'memory':
        rows = memory_table(args, video, title)
    elif args.measure == 'sync':
        rows = sync_table(args, video, title)
    else:
        rows = speed_table(args, video, title, seconds)
    print(format_table(rows))


if __name__ == '__main__':
    run_tool(main)

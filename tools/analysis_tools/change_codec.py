"""Copy a folder of videos into another codec, as a control.

A network could tell sync from traces of the codec that it was trained on (Yoon et al.,
arXiv 2210.07055). So evaluate it on the same videos as VP9 and Opus, or as MJPEG and PCM:

  python tools/analysis_tools/change_codec.py data/sounding_shapes vp9
  python tools/test.py CONFIG CHECKPOINT --cfg-options data_root=vp9

Names and time stamps stay; the container is MP4. Other files are copied as they are.
"""

import argparse
import shutil
from fractions import Fraction
from pathlib import Path

from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.errors import ConfigError
from mmav_coattn.io import whole_file
from mmav_coattn.progress import progress_bar

#: Video codec, its pixel format and options, and audio codec.
CODECS = dict(
    vp9=('libvpx-vp9', 'yuv420p', dict(deadline='realtime', **{'cpu-used': '8'}, crf='30'),
         'libopus'),
    mjpeg=('mjpeg', 'yuvj420p', dict(q='4'), 'pcm_s16le'),
)  # fmt: skip
#: Opus knows this rate; PCM takes any.
RATE = 48000


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', type=Path, help='folder of MP4 files')
    parser.add_argument('out', type=Path, help='folder for the copies')
    parser.add_argument('--codec', choices=CODECS, default='vp9', help='default: vp9')
    return parser.parse_args()


def change(source, target, codec):
    """Encode one file again, frame by frame, each stream on its own clock."""
    import av

    video_codec, pixels, options, audio_codec = CODECS[codec]
    with av.open(str(source)) as old, av.open(str(target), 'w', format='mp4') as new:
        seen, heard = old.streams.video[0], old.streams.audio[0]
        video = new.add_stream(video_codec, rate=seen.average_rate, options=options)
        video.width, video.height, video.pix_fmt = seen.width, seen.height, pixels
        video.time_base = seen.time_base
        audio = new.add_stream(audio_codec, rate=RATE, layout='mono')
        resampler = av.AudioResampler(format=audio.format, layout='mono', rate=RATE)
        for frame in old.decode(seen, heard):
            if isinstance(frame, av.VideoFrame):
                new.mux(video.encode(frame.reformat(format=pixels)))
                continue
            for part in resampler.resample(frame):
                new.mux(audio.encode(part))
        for part in resampler.resample(None):
            part.time_base = part.time_base or Fraction(1, RATE)
            new.mux(audio.encode(part))
        new.mux(video.encode(None))
        new.mux(audio.encode(None))


def main():
    args = parse_args()
    files = sorted(path for path in args.source.rglob('*') if path.is_file())
    if not any(path.suffix == '.mp4' for path in files):
        raise ConfigError(f'{args.source}: holds no MP4 file.')
    for path in progress_bar(files, unit='file'):
        target = args.out / path.relative_to(args.source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix != '.mp4':
            shutil.copyfile(path, target)
        elif not target.is_file():
            with whole_file(target) as part:
                change(path, part, args.codec)
    print(f'{args.out}: {len(files)} files as {args.codec}')


if __name__ == '__main__':
    run_tool(main)

"""Moving the audio of a file in time, without encoding anything again."""

from collections import Counter
from pathlib import Path

from mmav_coattn.errors import NoAudioError, NoVideoError, TooShortError, UnwritableMediaError
from mmav_coattn.io import whole_file

from .damage import refused
from .open_container import open_container, stream_kind

NEEDED = ('video', 'audio', 'subtitle')
#: What else a format holds as a stream. Matroska's cover art is an attachment.
EXTRAS = {'mp4': 'cover art', 'matroska': 'attachment'}


def shift_audio(path: str | Path, out: str | Path, seconds: float) -> Path:
    """Copy a file with its audio moved in time, later if ``seconds`` is above 0; returns ``out``.

    Packets of video, audio and subtitles are copied as they are, tags and chapters too, and where
    the container holds them cover art and attachments. The time stamps of the audio alone change,
    exactly to a tick of its clock. Audio that would come before both the video and 0 s is left out,
    in whole packets (20 to 30 ms). The suffix of ``out`` chooses the container; it appears whole.

    Raises:
        UnwritableMediaError: If ``out`` is the original, or its container cannot hold the streams.
        UnreadableMediaError: If the file cannot be read, or holds packets without time stamps.
        NoVideoError, NoAudioError: If it has none.
        TooShortError: If no audio is left.
    """
    path, out = Path(path), Path(out)
    if out.resolve() == path.resolve():
        why = 'the copy would overwrite its original; give another name'
        raise UnwritableMediaError(str(out), why)
    with whole_file(out) as partial:
        with refused(str(path), 'cannot be opened'):
            opened = open_container(path)
        with opened as source:
            if 'video' not in map(stream_kind, source.streams):
                raise NoVideoError(str(path), 'has no video')
            if not source.streams.audio:
                raise NoAudioError(str(path), 'has no audio stream')
            with _create(partial, out) as target:
                copies = _copy_streams(source, target, out)
                with refused(str(path), 'cannot be copied with another time of its audio'):
                    kept = _copy_packets(source, target, copies, seconds)
        if not kept:
            raise TooShortError(str(path), f'has no audio left when moved by {seconds:+.3f} s')
    return out


def left_out(path: str | Path, out: str | Path) -> list[str]:
    """What a file has more of than its copy: ``cover art``, or types of streams."""
    with open_container(path) as source, open_container(out) as copy:
        kinds = [Counter(map(stream_kind, each.streams)) for each in (source, copy)]
    return sorted(kinds[0] - kinds[1])


def copy_suffix(path: Path) -> str:
    """Suffix of a copy by :func:`shift_audio`; Matroska holds what AVI does, and times of audio."""
    return '.mkv' if path.suffix.lower() == '.avi' else path.suffix


def _create(partial: Path, out: Path):
    import av

    if out.suffix.lower() == '.avi':
        why = 'AVI has no time stamps that could move its audio; name the copy .mp4 or .mkv'
        raise UnwritableMediaError(str(out), why)
    try:
        # Wait for both streams however far apart they are, so that they lie interleaved.
        return open_container(partial, mode='w', options={'max_interleave_delta': '0'})
    except (av.FFmpegError, ValueError) as error:
        why = f'a file of this name cannot be written ({error})'
        hint = 'its suffix must be that of a container, such as .mp4 or .mkv'
        raise UnwritableMediaError(str(out), f'{why}; {hint}') from error


def _copy_streams(source, target, out: Path) -> dict:
    import av

    target.metadata.update(source.metadata)
    target.set_chapters(source.chapters())
    copies = {}
    for stream in source.streams:
        kind = stream_kind(stream)
        try:
            if kind == 'cover art' and target.format.name == 'matroska':
                _attach_cover(target, source, stream)
            elif kind in (*NEEDED, EXTRAS.get(target.format.name)):
                # Opaque: of AV1 and other codecs there need not be an encoder.
                copy = target.add_stream_from_template(stream, opaque=True)
                copies[stream.index] = copy
                copy.metadata.update(stream.metadata)
                copy.disposition = stream.disposition
        except (av.FFmpegError, ValueError) as error:
            codec = stream.codec_context.name if stream.codec_context else 'unknown'
            what = f'this container cannot hold the {kind} of the original, which is {codec}'
            why = f"({error}); take the original's own suffix"
            raise UnwritableMediaError(str(out), f'{what} {why}') from error
    return copies


def _attach_cover(target, source, stream) -> None:
    with open_container(source.name) as again:  # an attachment precedes all packets
        image = bytes(next(again.demux(again.streams[stream.index])))
    kind = stream.codec_context.name.replace('mjpeg', 'jpeg')
    target.add_attachment(stream.metadata.get('filename', f'cover.{kind}'), f'image/{kind}', image)


def _copy_packets(source, target, copies: dict, seconds: float) -> int:
    """Copy all packets; returns how many of the audio were kept."""
    video = next(s for s in source.streams if stream_kind(s) == 'video')
    earliest = min(float((video.start_time or 0) * video.time_base), 0.0)
    kept = 0
    streams = [source.streams[index] for index in copies]
    for packet in source.demux([s for s in streams if s.type != 'attachment']):
        stream = packet.stream
        if stream_kind(stream) == 'cover art' and packet.size:
            packet.pts = packet.dts = 0  # it has no time
        if packet.dts is None and packet.pts is None:
            continue  # the empty packet at the end of each stream
        if stream.type == 'audio':
            ticks = round(seconds / packet.time_base)
            stamp = packet.pts if packet.pts is not None else packet.dts
            # Priming, which the codec needs before the first sample, may lie before the start.
            if seconds < 0 and (stamp + ticks) * packet.time_base < earliest:
                continue
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks
            kept += 1
        packet.stream = copies[stream.index]
        target.mux(packet)
    return kept

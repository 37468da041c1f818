"""Moving the audio of a file in time, without encoding anything again."""

from pathlib import Path

from mmav_coattn.errors import NoAudioError, NoVideoError, TooShortError, UnwritableMediaError
from mmav_coattn.io import whole_file

from .damage import refused
from .open_container import open_container


def shift_audio(path: str | Path, out: str | Path, seconds: float) -> Path:
    """Copy a file with its audio moved in time, later if ``seconds`` is above 0; returns ``out``.

    Packets of video, audio and subtitles are copied as they are; only the time stamps of the audio
    change, exactly to a tick of its clock. Audio that would come before both the video and 0 s is
    left out, in whole packets (20 to 30 ms). The suffix of ``out`` chooses the container; the copy
    appears only when complete.

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
            if not source.streams.video:
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
        return av.open(str(partial), 'w', options={'max_interleave_delta': '0'})
    except (av.FFmpegError, ValueError) as error:
        why = f'a file of this name cannot be written ({error})'
        hint = 'its suffix must be that of a container, such as .mp4 or .mkv'
        raise UnwritableMediaError(str(out), f'{why}; {hint}') from error


def _copy_streams(source, target, out: Path) -> dict:
    import av

    copies = {}
    for stream in source.streams:
        if stream.type not in ('video', 'audio', 'subtitle'):
            continue
        try:
            copies[stream.index] = target.add_stream_from_template(stream)
        except (av.FFmpegError, ValueError) as error:
            codec = stream.codec_context.name if stream.codec_context else 'unknown'
            what = f'this container cannot hold the {stream.type} of the original, which is {codec}'
            why = f"({error}); take the original's own suffix"
            raise UnwritableMediaError(str(out), f'{what} {why}') from error
    return copies


def _copy_packets(source, target, copies: dict, seconds: float) -> int:
    """Copy all packets; returns how many of the audio were kept."""
    video = source.streams.video[0]
    earliest = min(float((video.start_time or 0) * video.time_base), 0.0)
    kept = 0
    for packet in source.demux([source.streams[index] for index in copies]):
        if packet.dts is None and packet.pts is None:
            continue  # the empty packet at the end of each stream
        stream = packet.stream
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

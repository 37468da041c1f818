"""Which of the package's networks measures a file."""

from importlib.util import find_spec
from pathlib import Path

from mmav_coattn.errors import MediaError, NoFaceError

from .inferencer import AudioVisualInferencer
from .sync_result import SyncResult


class AutoInferencer(AudioVisualInferencer):
    """The network ``events``; offsets also by ``faces``, where a face is found.

    The offset is that of the network that is surer. Their confidences can be compared, because each
    is near the share that is right. Without the extra ``faces``, ``events`` measures all files.
    Arguments are those of :class:`AudioVisualInferencer`.
    """

    def __init__(self, device: str = 'cpu', progress: bool = False) -> None:
        super().__init__('events', device=device, progress=progress)
        self._faces: AudioVisualInferencer | None = None
        if find_spec('dlib') is not None:
            self._faces = AudioVisualInferencer('faces', device=device, progress=progress)

    def sync(
        self, video: str | Path, max_offset: float = 1.0, network: str | None = None
    ) -> SyncResult:
        """As :meth:`AudioVisualInferencer.sync`; the notes name the network where both measured.

        With ``network``, the one of an earlier result, only that one measures.
        """
        if self._faces is None or network == 'events':
            return super().sync(video, max_offset)
        self._faces.listener = self.listener
        if network == 'faces':
            return self._faces.sync(video, max_offset)
        events = super().sync(video, max_offset)._replace(network='events')
        try:
            faces = self._faces.sync(video, max_offset)._replace(network='faces')
        except NoFaceError:
            return events
        except MediaError as error:
            return events._replace(notes=[*events.notes, f'not measured by `faces`: {error}'])
        other, best = sorted((events, faces), key=lambda result: result.confidence)
        sure = f'the confidence of `{other.network}` is {other.confidence:.2f}'
        return best._replace(notes=[*best.notes, f'measured by `{best.network}`; {sure}'])

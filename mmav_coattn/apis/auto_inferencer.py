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

    def sync(self, video: str | Path, max_offset: float = 1.0) -> SyncResult:
        """As :meth:`AudioVisualInferencer.sync`; the notes name the network where both measured."""
        result = super().sync(video, max_offset)
        if self._faces is None:
            return result
        self._faces.listener = self.listener
        try:
            face = self._faces.sync(video, max_offset)
        except NoFaceError:
            return result
        except MediaError as error:
            return result._replace(notes=[*result.notes, f'not measured by `faces`: {error}'])
        names = ['faces', 'events'] if face.confidence >= result.confidence else ['events', 'faces']
        best, other = (face, result) if names[0] == 'faces' else (result, face)
        note = f'measured by `{names[0]}`; the confidence of `{names[1]}` is {other.confidence:.2f}'
        return best._replace(notes=[*best.notes, note])

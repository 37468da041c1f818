"""Export to ONNX, and a check of the file against PyTorch."""

import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.apis.clip_settings import ClipSettings
from mmav_coattn.errors import ConfigError, import_extra
from mmav_coattn.io import whole_file

from .sync_graph import SyncGraph, clip_outputs

#: Largest difference from PyTorch that is put down to rounding, of logits and of map weights.
TOLERANCE = 1e-4
OPSET = 18  #: Of the ONNX operators; runtimes of 2023 and later know it.
INPUTS = ('frames', 'waveforms')
OUTPUTS = ('sync_logits', 'attention')
EXTRA = ('export', 'Exporting')


class OnnxCheck(NamedTuple):
    """How far an exported file is from PyTorch."""

    differences: dict[str, float]  #: Largest absolute difference of each output.
    num_clips: int  #: Clips compared.

    @property
    def passed(self) -> bool:
        """Whether every output is within :data:`TOLERANCE`."""
        return all(difference <= TOLERANCE for difference in self.differences.values())

    def sentence(self) -> str:
        """The result in words."""
        parts = ', '.join(f'{name} {value:.1e}' for name, value in self.differences.items())
        verdict = 'agrees with' if self.passed else 'differs from'
        return (
            f'{verdict} PyTorch over {self.num_clips} clips: largest difference {parts} '
            f'(allowed {TOLERANCE:.0e})'
        )


def export_onnx(inferencer: AudioVisualInferencer, out: str | Path) -> Path:
    """Write the network as one ONNX file, weights inside.

    Inputs and outputs are those of :class:`SyncGraph`. The number of clips N is free; frames T,
    their size and the samples S are those of the inferencer's config. The file's metadata says
    what a caller must know, see :func:`describe_inputs`. Returns ``out``, an ``.onnx`` file.

    Raises:
        MissingDependencyError: If the extra ``export`` is not installed.
        ConfigError: If the name does not end with ``.onnx``.
    """
    onnx, _ = (import_extra(name, *EXTRA) for name in ('onnx', 'onnxscript'))
    out = Path(out)
    if out.suffix != '.onnx':
        raise ConfigError(f'{out}: the name of the exported file must end with .onnx.')
    graph = SyncGraph(inferencer.model).eval()
    # Two, because a size of 1 would be taken for a constant.
    batch = example_batch(inferencer, num_clips=2)
    clips = torch.export.Dim('clips')
    # The exporter tells of the optional packages it looked for.
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    program = torch.onnx.export(
        graph,
        batch,
        dynamo=True,
        opset_version=OPSET,
        input_names=INPUTS,
        output_names=OUTPUTS[: len(graph(*batch))],
        dynamic_shapes=({0: clips}, {0: clips}),
        verbose=False,
    )
    proto = program.model_proto
    onnx.helper.set_model_props(proto, describe_inputs(inferencer.settings))
    onnx.checker.check_model(proto)
    with whole_file(out) as partial:
        onnx.save_model(proto, str(partial))
    return out


def describe_inputs(settings: ClipSettings) -> dict[str, str]:
    """What to feed to the graph: numbers by name, and ``frames`` and ``waveforms`` in words."""
    names = ('clip_seconds', 'num_frames', 'sample_rate')
    facts = {name: str(getattr(settings, name)) for name in names}
    if settings.face is None:
        facts['box'] = ' '.join(map(str, settings.box))
        part = 'box (x0 y0 x1 y1, fractions of the frame)'
    else:
        facts['face_crop'] = ' '.join(map(str, settings.face))
        part = "face_crop of dlib's frontal face: a square around the mouth (its side in widths "
        part += 'of the face, height of its middle from the top of the face, 0, to its bottom, 1)'
    facts['frames'] = f'RGB at (i + 1/2) clip_seconds / num_frames, cropped to {part}, then scaled'
    return facts | dict(waveforms='mono, in [-1, 1], at sample_rate (Hz)')


def example_batch(
    inferencer: AudioVisualInferencer, num_clips: int, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Frames and waveforms of the sizes that the graph takes: noise, loud and faint by turns."""
    settings = inferencer.settings
    random = torch.Generator().manual_seed(seed)
    # What the pipeline makes of a frame says the size; of the whole of it for most recipes.
    size = settings.prepare(np.zeros((240, 320, 3), np.uint8)).shape[-2:]
    samples = round(settings.clip_seconds * settings.sample_rate)
    frames = torch.randint(
        0, 256, (num_clips, 3, settings.num_frames, *size), generator=random, dtype=torch.uint8
    )
    waveforms = torch.randn(num_clips, samples, generator=random)
    return frames, waveforms * torch.logspace(-4, -1, num_clips)[:, None]


def check_onnx(inferencer: AudioVisualInferencer, path: str | Path) -> OnnxCheck:
    """Compare an exported file, run by onnxruntime, with the network itself, with ``torch.stft``.

    On :func:`example_batch` with other N than at the export, 1 among them.

    Raises:
        MissingDependencyError: If the extra ``export`` is not installed.
    """
    onnxruntime = import_extra('onnxruntime', *EXTRA)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])
    names = [output.name for output in session.get_outputs()]
    differences = dict.fromkeys(names, 0.0)
    device = next(inferencer.model.parameters()).device
    num_clips = 0
    for size in (1, 3):
        frames, waveforms = example_batch(inferencer, size, seed=size)
        found = session.run(None, dict(frames=frames.numpy(), waveforms=waveforms.numpy()))
        batch = (each.to(device) for each in (frames, waveforms))
        expected = [each.cpu().numpy() for each in clip_outputs(inferencer.model, *batch)]
        for name, value, wanted in zip(names, found, expected, strict=True):
            if value.shape != wanted.shape:
                raise ValueError(
                    f'{path}: {name} is {value.shape}, but PyTorch gives {wanted.shape}'
                )
            # A NaN would pass as "not larger"; infinity does not.
            worst = np.nan_to_num(np.abs(value - wanted), nan=np.inf).max()
            differences[name] = max(differences[name], float(worst))
        num_clips += len(frames)
    return OnnxCheck(differences, num_clips)

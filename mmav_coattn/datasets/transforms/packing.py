"""The last transform of every pipeline: from arrays to the model's inputs and a data sample."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmaction.structures import ActionDataSample

from .base import Transform


@TRANSFORMS.register_module()
@dataclass(eq=False)
class PackAudioVisualInputs(Transform):
    """Pack clips and waveforms for the model, and close the file.

    Required Keys, where they are there:

    - imgs: ``(1, C, T, H, W)``, from mmaction2's ``FormatShape``.
    - audio: ``(S,)`` float32, with window_starts and audio_start.
    - shift: ``(1 + K,)`` seconds.
    - label: Class, or -1 for none.

    The packed result holds ``inputs``, those of ``imgs``, ``audio`` and ``audio_starts``
    (s from the first sample to each window) that are there, and ``data_samples``, an
    ``ActionDataSample`` with

    - ``sync_label``: float tensor ``(1 + K,)``, 1 for the in-sync window and 0 for the others;
    - ``gt_label``: long tensor ``(1,)``, only if the label is not negative;
    - the meta keys as meta information where they are there, arrays as lists.
    """

    META_KEYS = ('filename', 'relpath', 'sample_idx', 'window_starts', 'shift', 'clip_seconds',
                 'sample_rate', 'original_shape', 'img_shape', 'flip')  # fmt: skip

    extra_meta_keys: Sequence[str] = ()  #: more than ``META_KEYS``, for annotations of a data set

    def transform(self, results: dict) -> dict:
        media = results.pop('media', None)
        if media is not None:
            media.close()
        arrays = {key: results[key] for key in ('imgs', 'audio') if key in results}
        inputs = {k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in arrays.items()}
        if 'audio' in results:
            starts = np.asarray(results['window_starts']) - results['audio_start']
            inputs['audio_starts'] = torch.from_numpy(starts.astype(np.float32))
        sample = ActionDataSample()
        keys = (*self.META_KEYS, *self.extra_meta_keys)
        meta = {key: results[key] for key in keys if key in results}
        plain = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in meta.items()}
        sample.set_metainfo(plain)
        if 'shift' in results:
            label = torch.zeros(len(results['shift']))
            label[0] = 1.0
            sample.set_field(label, 'sync_label', dtype=torch.Tensor)
        if results.get('label', -1) >= 0:
            sample.set_gt_label(int(results['label']))
        return dict(inputs=inputs, data_samples=sample)

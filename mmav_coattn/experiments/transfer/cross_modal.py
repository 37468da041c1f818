"""Which audio belongs to which video, by the pretext network's own score."""

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from torch import nn
from torch.utils.data import DataLoader, Dataset

from mmav_coattn.progress import progress_bar


@torch.no_grad()
def all_pair_scores(
    model: nn.Module, dataset: Dataset, batch_size: int = 16, pairs_at_once: int = 64
) -> tuple[np.ndarray, list[str], list[str]]:
    """Score every video with every audio segment of a data set.

    The towers of the :class:`AudioVisualRecognizer` run once for each clip; only the match is
    computed for all pairs. The data set is in test mode; the in-sync window is taken. Returns the
    logits (N, N), row: video, column: audio; the names of the clips; sentences on unusable ones.
    """
    device = next(model.parameters()).device
    visual, audio, names, unusable = [], [], [], []
    loader = DataLoader(dataset, batch_size=batch_size, collate_fn=pseudo_collate)
    for batch in progress_bar(loader, desc='towers', leave=False):
        data = model.data_preprocessor(batch, training=False)
        for sample in data['data_samples']:
            if 'unusable' in sample:
                unusable.append(sample.unusable[1])
            else:
                names.append(sample.relpath)
        inputs = data['inputs']
        if inputs is None:
            continue
        inputs['audio_starts'] = inputs['audio_starts'][:, :1]
        v, a = model.neck.embed(*model.neck_inputs(inputs))
        visual.append(v.cpu())
        audio.append(a[:, 0].cpu())
    if not names:
        return np.zeros((0, 0)), names, unusable
    rows, segments = torch.cat(visual).split(1), torch.cat(audio).split(pairs_at_once)
    scores = []
    for clip in progress_bar(rows, desc='pairs', leave=False):
        clip = clip.to(device)
        # One clip, the audio of many: what 1 + K windows of one clip are to the network.
        features = (
            model.neck.compare(clip, some[None].to(device), (1, clip.shape[2])) for some in segments
        )
        scores.append(torch.cat([model.cls_head.predict(each)[0].cpu() for each in features]))
    return torch.stack(scores).numpy(), names, unusable

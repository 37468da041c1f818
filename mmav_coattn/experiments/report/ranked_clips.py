"""The clips that a network judges best, at the median, and worst, as overlays to play."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from torch.utils.data import DataLoader, Subset

from mmav_coattn.errors import UserError

if TYPE_CHECKING:
    from mmav_coattn.apis import AudioVisualInferencer


class RankedClip(NamedTuple):
    """A clip of the test set and how well it was judged."""

    filename: str  #: The file.
    name: str  #: Its name in the set.
    in_sync: float  #: Logit of its own audio.
    shifted: float  #: Mean logit of the shifted ones.
    shifts: list[float]  #: By how much those were shifted, s.
    video: bytes = b''  #: MP4 with the overlay; empty until :func:`show_clips` has drawn it.

    @property
    def margin(self) -> float:
        """By how much the clip's own audio scores above the shifted ones."""
        return self.in_sync - self.shifted

    @property
    def caption(self) -> str:
        """Its logits in words."""
        shifts = ', '.join(f'{shift:+.2f} s' for shift in self.shifts) or '?'
        return (
            f'logit of the own audio {self.in_sync:+.2f}, shifted by {shifts} {self.shifted:+.2f}, '
            f'margin {self.margin:+.2f}'
        )


def rank_clips(
    inferencer: AudioVisualInferencer, dataset, max_clips: int = 60
) -> tuple[list[RankedClip], int]:
    """Judge at most ``max_clips`` of a test set, spread evenly over it.

    Returns the clips, the best first, and the number of those that could not be used.

    Raises:
        UserError: If not one clip could be used.
    """
    total = len(dataset)
    indices = np.unique(np.linspace(0, total - 1, min(total, max_clips)).round().astype(int))
    clips: list[RankedClip] = []
    chosen = Subset(dataset, indices.tolist())
    for batch in DataLoader(chosen, batch_size=8, collate_fn=pseudo_collate):
        with torch.no_grad():
            judged = inferencer.model.test_step(batch)
        for sample in judged:
            if 'unusable' in sample:
                continue
            scores, labels = sample.sync_scores.float().cpu(), sample.sync_label.cpu() > 0.5
            own, shifted = scores[labels].mean().item(), scores[~labels].mean().item()
            shifts = [shift for shift in sample.get('shift', []) if shift]
            name = str(sample.get('relpath', Path(sample.filename).name))
            clips.append(RankedClip(sample.filename, name, own, shifted, shifts))
    if not clips:
        raise UserError(f'None of the {len(indices)} clips drawn from the test set could be used.')
    return sorted(clips, key=lambda clip: -clip.margin), len(indices) - len(clips)


def choose_clips(ranked: list[RankedClip]) -> dict[str, RankedClip]:
    """The first, the middle and the last of a ranking; none twice where there are few."""
    last = len(ranked) - 1
    places = dict(best=0, median=last // 2, worst=last)
    return {rank: ranked[i] for rank, i in places.items() if rank == 'best' or i > 0}


def show_clips(
    inferencer: AudioVisualInferencer, ranked: list[RankedClip]
) -> dict[str, RankedClip]:
    """The best, the median and the worst clip with their overlays, by a network with a map."""
    shown = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, 'overlay.mp4')
        for rank, clip in choose_clips(ranked).items():
            inferencer.localize(clip.filename, out, side_by_side=True)
            shown[rank] = clip._replace(video=out.read_bytes())
    return shown

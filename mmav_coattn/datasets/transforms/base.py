"""What the transforms here share."""

from __future__ import annotations

import inspect

from mmcv.transforms import BaseTransform

from mmav_coattn.errors import TooShortError

#: Sums of decimal fractions miss by far less than this, in seconds.
ROUNDING = 1e-7


class Transform(BaseTransform):
    """A transform that is shown with its settings, which have the names of its attributes."""

    def __repr__(self) -> str:
        settings = inspect.signature(type(self)).parameters
        shown = ', '.join(f'{name}={getattr(self, name)!r}' for name in settings)
        return f'{type(self).__name__}({shown})'


def require_overlap(media, seconds: float, need: str) -> tuple[float, float]:
    """First and last second with both video and audio.

    Raises:
        TooShortError: If less than ``seconds`` lie between them; ``need`` ends its sentence.
    """
    begin, end = media.common_span
    if end - begin < seconds - ROUNDING:
        overlap = f'video and audio overlap for {max(end - begin, 0):.3f} s'
        raise TooShortError(media.path, f'{overlap}, {need}')
    return begin, end

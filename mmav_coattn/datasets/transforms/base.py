"""What the transforms here share."""

from mmcv.transforms import BaseTransform

from mmav_coattn.errors import ConfigError, TooShortError

#: Sums of decimal fractions miss by far less than this, in seconds.
ROUNDING = 1e-7


class Transform(BaseTransform):
    """A transform of this package; its settings are attributes of their names."""


def require_positive(transform, *names: str) -> None:
    """Raise ``ConfigError`` unless these settings of a transform are above 0, or None."""
    for name in names:
        value = getattr(transform, name)
        if value is not None and not value > 0:
            raise ConfigError(f'{type(transform).__name__}: {name}={value} must be more than 0.')


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

import numpy as np
import pytest

from mmav_coattn.datasets.transforms import RenderSolos
from mmav_coattn.errors import ConfigError
from mmav_coattn.sounding_shapes import draw_scene, render_solos


def test_solos_of_the_time_of_the_audio():
    results = dict(
        relpath='multi/val/000003.mp4',
        audio=np.zeros(1600, np.float32),
        audio_start=0.5,
        sample_rate=16000,
    )
    solos = RenderSolos().transform(results)['solos'].numpy()
    expected = render_solos(draw_scene(0, 'multi', 'val', 3), 0, 8000, 9600)
    np.testing.assert_allclose(solos, expected, rtol=1e-6, atol=1e-7)
    other = render_solos(draw_scene(1, 'multi', 'val', 3), 1, 8000, 9600)
    assert not np.allclose(RenderSolos(seed=1).transform(results)['solos'].numpy(), solos)
    np.testing.assert_allclose(
        RenderSolos(seed=1).transform(results)['solos'].numpy(), other, 1e-6, 1e-7
    )


def test_other_files():
    with pytest.raises(ConfigError, match='talk.mp4: RenderSolos needs clips of SoundingShapes'):
        RenderSolos().transform(dict(relpath='talk.mp4'))

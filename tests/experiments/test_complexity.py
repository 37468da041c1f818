from unittest.mock import Mock

from torch import nn

from mmav_coattn.experiments.complexity import network_complexity


class Network(nn.Module):
    """Every part one layer, so that a hand can count it."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.Module()
        self.backbone.visual = nn.Conv3d(3, 4, kernel_size=(1, 3, 3), padding=(0, 1, 1))
        self.backbone.audio = nn.Conv1d(1, 5, kernel_size=100, stride=100, bias=False)
        self.neck = nn.Linear(4, 7)
        self.cls_head = nn.Linear(5, 1)

    def forward(self, inputs, mode):
        imgs, audio = inputs
        visual = self.backbone.visual(imgs)
        audio = self.backbone.audio(audio[:, None])
        return self.neck(visual.mean(dim=(2, 3, 4))), self.cls_head(audio.mean(dim=-1))


def test_each_part_by_hand():
    network = Network().train()
    preprocess = Mock(side_effect=lambda imgs, audio, starts, seconds: (imgs.float(), audio))
    log_mel = Mock(sample_rate=16000)
    network.data_preprocessor = Mock(preprocess=preprocess, log_mel=log_mel)
    counts = network_complexity(
        network, num_frames=6, size=10, clip_seconds=0.5, audio_seconds=1.5, num_windows=3
    )
    (imgs, audio, starts, seconds), _ = preprocess.call_args
    assert (imgs.shape, audio.shape, seconds) == ((1, 3, 6, 10, 10), (1, 24000), 0.5)
    assert starts.tolist() == [[0, 0.5, 1]]
    expected = {
        # weights and biases; 2 operations a weight of a filter, at each location and frame
        'visual tower': (4 * 27 + 4, 2 * 27 * 4 * 6 * 10 * 10),
        # one segment of 240 steps
        'audio tower': (500, 2 * 100 * 5 * 240),
        'neck': (4 * 7 + 7, 2 * 4 * 7),
        'head': (6, 2 * 5),
    }
    expected['whole network'] = tuple(map(sum, zip(*expected.values(), strict=True)))
    assert counts == expected
    assert network.training

import pytest
import torch
from mmaction.registry import TRANSFORMS
from torch._utils import ExceptionWrapper

from mmav_coattn.cli.run_tool import run_tool, user_sentence
from mmav_coattn.errors import ConfigError, NoAudioError, UserError


def raised_by(call):
    with pytest.raises(Exception) as info:
        call()
    return info.value


def by_worker(error):
    """By the wrapper of torch's loaders; tests/tools/test_bad_input.py has a real worker."""
    try:
        raise error
    except Exception:
        wrapper = ExceptionWrapper(where='in DataLoader worker process 0')
    return raised_by(wrapper.reraise)


@pytest.mark.parametrize(
    'error', [ValueError('is not in the way'), KeyError('label'), RuntimeError('out of memory')]
)
def test_no_sentence_for_what_is_not_the_users_mistake(error):
    assert user_sentence(error) is None
    assert user_sentence(by_worker(error)) is None


def test_sentence_of_errors_in_loader_workers():
    # Rebuilt by torch from its one message, and, where that fails, replaced by a RuntimeError.
    error = by_worker(UserError('list.txt: no usable video.'))
    assert isinstance(error, UserError) and 'Traceback' in str(error)
    assert user_sentence(error) == 'list.txt: no usable video.'
    error = by_worker(NoAudioError('/x/a.mp4', 'has no audio stream'))
    assert isinstance(error, RuntimeError)
    assert user_sentence(error) == '/x/a.mp4: has no audio stream'
    # The last one of a chain.
    error = ConfigError('the last.')
    error.__cause__ = ConfigError('the first.')
    assert user_sentence(by_worker(error)) == 'the last.'


def test_sentences_of_a_worker_that_dies_meanwhile_and_of_an_unknown_type():
    def write_config():
        try:
            raise RuntimeError('DataLoader worker (pid 8) is killed by signal: Killed. ')
        except RuntimeError:
            raise SyntaxError('Failed to format the config file') from None

    assert 'A loader worker died (Killed): ' in user_sentence(raised_by(write_config))
    sentence = user_sentence(raised_by(lambda: TRANSFORMS.build(dict(type='LoadFrame'))))
    assert sentence.startswith("The config names a transform of type 'LoadFrame', which is not reg")
    assert 'custom_imports' in sentence


@pytest.mark.skipif(torch.cuda.is_available(), reason='needs a machine without a GPU')
def test_sentence_of_mixed_precision_without_a_gpu():
    from mmengine.optim import AmpOptimWrapper

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    sentence = user_sentence(raised_by(lambda: AmpOptimWrapper(optimizer=optimizer)))
    assert sentence.startswith('Mixed precision needs a GPU') and '--amp' in sentence


def test_other_errors_keep_their_traceback():
    with pytest.raises(ZeroDivisionError):
        run_tool(lambda: 1 / 0)

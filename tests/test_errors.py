import pickle

import pytest

from mmav_coattn import errors

MEDIA_ERRORS = [errors.MediaError, *errors.MediaError.__subclasses__()]


@pytest.mark.parametrize('kind', MEDIA_ERRORS)
def test_media_errors_cross_processes_whole(kind):
    error = pickle.loads(pickle.dumps(kind('clips/a.mp4', 'has no sound.')))
    assert type(error) is kind
    assert str(error) == 'clips/a.mp4: has no sound.'
    assert (error.path, error.detail) == ('clips/a.mp4', 'has no sound.')
    assert [each.reason for each in MEDIA_ERRORS].count(kind.reason) == 1


@pytest.mark.parametrize(
    'kind, builtin',
    [
        (errors.ConfigError, ValueError),
        (errors.DataNotFoundError, FileNotFoundError),
        (errors.MissingDependencyError, ImportError),
        (errors.CheckpointNotFoundError, FileNotFoundError),
    ],
)
def test_user_errors_are_also_the_builtin_kind(kind, builtin):
    assert issubclass(kind, errors.UserError) and issubclass(kind, builtin)
    assert str(pickle.loads(pickle.dumps(kind('x: is not there.')))) == 'x: is not there.'

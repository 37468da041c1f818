"""`mmav-coattn test`: a name that cannot work; the rest is in test_train.py."""


def test_name_of_the_predictions(folder_config, tmp_path, here):
    (tmp_path / 'any.pth').touch()
    done = here('test.py', folder_config, tmp_path / 'any.pth', '--dump', 'scores.json')
    assert done.sentence() == '--dump scores.json: the name must end with .pkl or .pickle.'

from mmav_coattn import page


def test_arguments_reach_the_page(command, network, monkeypatch):
    served = []
    monkeypatch.setattr(page, 'serve', lambda *arguments: served.append(arguments))
    code, _, _ = command('page', '--network', network, '--port', 7861, '--max-upload-mb', 9)
    ((inferencer, *settings),) = served
    assert code == 0 and settings == [7861, 9] and not inferencer.progress

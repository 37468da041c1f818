import json

import pytest

TOOL = 'analysis_tools/localization_floors.py'


def rows(text):
    """Figures by predictor of the printed table."""
    cells = [line.strip('| ').split(' | ') for line in text.splitlines() if line.startswith('| ')]
    return {name: (float(ciou), float(auc)) for name, ciou, auc in cells[1:]}


def test_vggss_by_hand(tmp_path, here):
    boxes = dict(whole=[[0, 0, 1, 1]], half=[[0, 0, 1, 0.5]], none=[[0.4, 0.5, -3e16, 0.9]])
    path = tmp_path / 'vggss.json'
    path.write_text(json.dumps([{'file': k, 'class': 'x', 'bbox': b} for k, b in boxes.items()]))
    done = here(TOOL, '--vggss', path)
    assert done.code == 0 and 'N = 3 images' in done.out
    found = rows(done.out)
    # cIoU of the whole image: 1, 1/2, 0; so 2 of 3 reach 0.5.
    auc = ((1 + 1 / 3) / 2 + 10 * 2 / 3 + 9 * 1 / 3) / 20  # of the curve of shares, by trapezoids
    assert found['whole image'] == (66.67, pytest.approx(100 * auc, abs=0.006))
    # The disc of half the image: 1/2 of the whole, 1/3 of the half (a quarter in common), 0.
    assert found['centre disc, half the image'][0] == 33.33
    # As many pixels as the truth: all of the whole, again a third of the half.
    assert found['centre disc, adaptive'][0] == 33.33


def test_flickr_consensus(tmp_path, here):
    one = '<bbox><xmin>0</xmin><ymin>0</ymin><xmax>256</xmax><ymax>256</ymax></bbox>'
    (tmp_path / '1.xml').write_text(f'<a>{one}{one}{one}</a>')
    (tmp_path / '2.xml').write_text(f'<a>{one}</a>')
    done = here(TOOL, '--flickr', tmp_path, '--size', '32')
    # g is 1, and 0.5: the whole image scores 1 either way, half of it 0.5.
    found = rows(done.out)
    assert found['whole image'][0] == 100.0 and found['perfect mask, half the image'][0] == 100.0


def test_what_is_not_there_is_a_sentence(tmp_path, here):
    done = here(TOOL, '--vggss', tmp_path / 'no.json')
    assert 'no.json: there is no such annotation' in done.sentence()
    done = here(TOOL, '--flickr', tmp_path)
    assert 'no XML file' in done.sentence()

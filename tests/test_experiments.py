"""Every experiment: that its figures can be printed."""

from importlib import import_module

import pytest
from matplotlib.text import Text

from experiments.catalogue import catalogue


@pytest.mark.compiled
@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.name)
def test_every_figure_is_legible_on_a_page_and_has_no_chinese(entry):
    for name, figure in import_module(entry.module).run(quick=True).figures.items():
        figure.draw_without_rendering()
        shrunk = min(1.0, 17 / 2.54 / figure.get_size_inches()[0])
        shown = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
        assert min(t.get_fontsize() for t in shown) * shrunk >= 6, name
        assert not any("\u4e00" <= letter <= "\u9fff" for t in shown for letter in t.get_text())

"""Every page of the LSTM opens on the encoder and on the decoder of a translation model."""

import pytest

from tests.pages.opened import open_page
from tests.translate.toy import save_toy

PAGES = ("trajectories", "correlations", "predictions", "distributions", "phrases", "regression", "parts_of_speech",
         "word_roles", "interventions", "patterns")
# These say why they have nothing to show for a decoder.
WITHOUT_TREES = {"phrases", "regression", "parts_of_speech", "word_roles"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    cache = tmp_path_factory.mktemp("halves")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(cache))
        yield save_toy(0).id


@pytest.mark.parametrize("stem", PAGES)
def test_the_page_opens_on_an_encoder(saved, stem):
    at = open_page(stem, kind="6", model=f"{saved}-encoder")
    assert not at.exception and at.selectbox(key="model").value == f"{saved}-encoder"
    assert at.get("plotly_chart") or at.error  # a random model of eight cells may have nothing above a threshold
    assert any("reads a sentence from its last word" in c.value for c in at.caption)
    assert not any("AttributeError" in e.value or "could not be drawn" in e.value for e in at.error)


@pytest.mark.parametrize("stem", PAGES)
def test_the_page_opens_on_a_decoder_or_says_what_is_missing(saved, stem):
    at = open_page(stem, kind="7", model=f"{saved}-decoder")
    assert not at.exception and not any("could not be drawn" in e.value for e in at.error)
    assert at.get("plotly_chart") or ([*at.error, *at.info, *at.warning] and stem in WITHOUT_TREES)



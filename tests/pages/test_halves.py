"""Every page of the LSTM opens on the encoder and on the decoder of a translation model."""

import pytest

from tests.pages.opened import figures, open_page
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
    if stem == "predictions":
        assert "expects nothing" in at.info[0].value and not at.get("plotly_chart")
        assert at.button(key="to-decoder").label == "Look at its decoder"
    else:
        assert at.get("plotly_chart") or at.error  # a random model of eight cells may have nothing above a threshold
    assert any("reads a sentence from its last word" in c.value for c in at.caption)
    assert not any("AttributeError" in e.value or "could not be drawn" in e.value for e in at.error)


def test_a_held_cell_of_an_encoder_is_seen_in_the_translation(saved):
    at = open_page("interventions", kind="6", model=f"{saved}-encoder", isent="typed", itext="The man sees a dog.",
                   iact="zero", icells="3", ifrom="1")
    assert not at.exception and not at.error
    said = [c.value for c in at.caption]
    assert "Translation, untouched" in said and "Translation, changed" in said
    assert any("log p" in m.value and ("stays the same" in m.value or "something else" in m.value)
               for m in at.markdown)
    assert len(at.get("plotly_chart")) == 2


def test_an_encoder_has_no_row_of_next_symbols(saved):
    at = open_page("trajectories", kind="6", model=f"{saved}-encoder")
    figure = figures(at)[0]
    assert not figure["layout"]["yaxis4"]["title"].get("text")
    assert not any(trace.get("mode") == "text" and trace.get("text") for trace in figure["data"])


@pytest.mark.parametrize("stem", PAGES)
def test_the_page_opens_on_a_decoder_or_says_what_is_missing(saved, stem):
    at = open_page(stem, kind="7", model=f"{saved}-decoder")
    assert not at.exception and not any("could not be drawn" in e.value for e in at.error)
    assert at.get("plotly_chart") or ([*at.error, *at.info, *at.warning] and stem in WITHOUT_TREES)



"""Claims: the table with and without results."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.reproduce.systems import SYSTEMS
from core.ui.registry import find_page
from tests.claim_records import read_shipped_records

IDS = [record.id for record in read_shipped_records()]


def open_claims(locale="en-GB", **query):
    at = AppTest.from_file(str(find_page("claims").path), default_timeout=60)
    at.context = {"locale": locale}
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


def verdicts(at):
    return list(at.dataframe[0].value["verdict"])


def test_without_results_it_says_what_to_run(scratch_cache):
    at = open_claims()
    assert not at.exception and not at.error
    assert "Nothing is measured yet" in at.info[0].value and "core.reproduce lstm --recompute" in at.code[0].value
    found = dict(zip(IDS, verdicts(at), strict=True))
    assert found.pop("elmo.parameters_full") == "✓ holds"  # counted from sizes alone
    assert set(found.values()) == {"– not measured"}
    assert not at.get("plotly_chart")


def test_every_claim_has_a_row_and_a_place_in_the_figure(measured):
    at = open_claims()
    assert not at.exception and not at.error and not at.info
    assert list(at.dataframe[0].value["id"]) == IDS
    chart = at.get("plotly_chart")[0].proto
    assert f"{len(IDS)} claims" in chart.alt and len(json.loads(chart.spec)["layout"]["annotations"]) == len(IDS)
    row = at.dataframe[0].value.set_index("id").loc["lstm.k1.depth_r"]
    low, high = map(float, row["interval"].split(" – "))
    assert low <= row["ours"] <= high and "rotated labels" in row["control"] and "documents" in row["split"]


def test_filters_keep_their_own(measured):
    at = open_claims()
    shown = {v: [mark for mark in verdicts(at) if mark.endswith(words)] for v, words in
             (("holds", "✓ holds"), ("fails", "does not hold"), ("open", "not measured"))}
    assert sum(map(len, shown.values())) == len(IDS)
    for verdict, rows in shown.items():
        at.segmented_control(key="verdict").set_value(verdict).run()
        assert not at.exception
        if rows:
            assert verdicts(at) == rows
        else:
            assert "No claim has this verdict" in at.info[0].value and not at.dataframe
    at.segmented_control(key="verdict").set_value("all").run()
    for system in SYSTEMS:
        at.segmented_control(key="system").set_value(system).run()
        assert len(verdicts(at)) == sum(id.startswith(f"{system}.") for id in IDS) > 0


def test_link_opens_one_claim(measured):
    at = open_claims(claim="lstm.k4.vp_r")
    assert at.selectbox(key="claim").value == "lstm.k4.vp_r"
    assert any("depth of VP" in text.value for text in at.markdown)
    assert at.code[-1].value == "python -m core.reproduce lstm --recompute"


@pytest.mark.parametrize("query", [{"claim": "nonesuch"}, {"verdict": "<b>"}, {"system": "../lstm"}])
def test_what_the_page_does_not_offer_counts_as_absent(measured, query):
    at = open_claims(**query)
    assert not at.exception and not at.error
    assert len(verdicts(at)) == len(IDS) and at.selectbox(key="claim").value == "lstm.k1.depth_r"


def test_everything_shown_is_japanese(measured):
    at = open_claims("ja-JP")
    table = at.dataframe[0].value
    for column in ("verdict", "claim"):
        assert all(any(ord(letter) > 0x3000 for letter in text) for text in table[column]), column
    for text in ("untrained", "rotated", "precision", "documents", "opening"):
        assert not table[["control", "split", "reported"]].map(lambda cell, t=text: t in cell).any(axis=None), text

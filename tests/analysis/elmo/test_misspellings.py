"""Misspellings by rule, and how often their originals are found again."""

import numpy as np
import pytest
import torch

from core.analysis.elmo.misspellings import (
    RULES,
    SPACES,
    Misspelling,
    OovNeighbours,
    choose_words,
    measure_oov_neighbours,
    misspell_words,
)
from core.analysis.elmo.spelling import count_edits, share_trigrams
from core.analysis.elmo.untrained import draw_encoder
from core.analysis.intervals import estimate_share
from core.checkpoints.bilm import BiLMCheckpoint
from core.errors import AnalysisError
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.states.bilm import encode_words

KNOWN = ("parliament", "beautiful", "wonderful", "government", "children", "children's", "dog", "Paris", "walked",
         "walking", "summer", "winter", "letters", "letter")


@pytest.fixture(scope="module")
def checkpoint():
    torch.manual_seed(0)
    model = BiLM(BiLMConfig(CharacterConfig(((1, 4), (2, 8), (3, 8)), 8, 1, 8), cell_size=4, vocabulary_size=17))
    return BiLMCheckpoint("toy", model.eval().requires_grad_(False), ("<S>", "</S>", "<UNK>", *KNOWN))


def test_each_rule_makes_a_form_of_its_own_that_is_no_known_word():
    made = misspell_words(["parliament", "letters"], KNOWN, seed=3)
    assert [m.rule for m in made] == list(RULES) * 2
    for m in made:
        assert m.written not in KNOWN and m.written[0] == m.original[0]
        if m.rule == "ending":
            assert m.written.startswith(m.original)
        else:
            assert count_edits(m.written, m.original) == 1
            assert len(m.written) - len(m.original) == {"swap": 0, "drop": -1, "double": 1}[m.rule]


def test_forms_that_are_words_are_passed_over():
    made = misspell_words(["letter"], ["letter", "letters", "lettered"])
    assert next(m.written for m in made if m.rule == "ending") == "lettering"
    assert not [m for m in misspell_words(["aaaaaa"], ()) if m.rule == "swap"]


def test_words_to_misspell_are_long_small_and_drawn_by_seed():
    assert set(choose_words(KNOWN, 99)) == set(KNOWN) - {"children's", "dog", "Paris"}
    assert len(choose_words(KNOWN, 3)) == 3 and choose_words(KNOWN, 5, seed=1) == choose_words(KNOWN, 5, seed=1)


def test_hits_are_those_of_a_plain_search(checkpoint):
    found = measure_oov_neighbours(checkpoint, seed=2)
    models = {"trained": checkpoint.model.encoder, "untrained": draw_encoder(checkpoint.model.config.characters, 2)}
    for q, own in enumerate(found.asked):
        for space in SPACES:
            if space == "trigrams":
                near = np.array([share_trigrams(own.written, word) for word in KNOWN])
            else:
                box = BiLM(checkpoint.model.config)
                box.encoder = models[space]
                a, b = encode_words(box.eval(), [own.written]), encode_words(box, KNOWN)
                near = torch.cosine_similarity(a, b).detach().numpy()
            mine = near[KNOWN.index(own.original)]
            above, equal = (near > mine + 1e-6).sum(), (np.abs(near - mine) <= 1e-6).sum()
            for k, hit in zip((1, 10), found.hits[space][q], strict=True):
                assert hit == pytest.approx(np.clip((k - above) / equal, 0, 1), abs=1e-6)
    assert found.n_words == len(KNOWN)


def test_recall_is_a_share_with_wilsons_interval_and_differences_pair_words():
    asked = tuple(Misspelling("x", str(i // 2), RULES[i % 2]) for i in range(20))
    hits = {"trained": np.tile([[1.0, 1.0]], (20, 1)), "trigrams": np.tile([[1.0, 1.0], [0.0, 1.0]], (10, 1)),
            "untrained": np.zeros((20, 2))}
    found = OovNeighbours(asked, 9, hits)
    assert found.recall("trained") == estimate_share(20, 20) and found.recall("trigrams")[0] == 0.5
    assert found.recall("trigrams", rule="swap")[0] == 1 and found.recall("trigrams", rule="drop")[0] == 0
    assert found.difference("trigrams", 1) == (0.5, 0.5, 0.5)  # the same for every word: no spread
    assert found.difference("untrained", 10)[0] == 1 and found.difference("trigrams", 10)[0] == 0


def test_a_word_that_is_none_of_the_models_and_a_model_without_words_are_refused(checkpoint):
    with pytest.raises(AnalysisError, match="none of the words"):
        measure_oov_neighbours(checkpoint, ["strange"])
    with pytest.raises(AnalysisError, match="can be misspelt"):
        measure_oov_neighbours(BiLMCheckpoint("published", checkpoint.model))

"""Translations of a source: what is counted and kept, and that no text is."""

import dataclasses
import re

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from core.analysis.results import result_folder
from core.analysis.seq2seq.evaluation import (
    evaluate,
    find_evaluation,
    load_evaluation,
    name_evaluation,
    rank_sources,
    rank_words,
    save_evaluation,
)
from core.corpora.pairs import SentencePairs
from core.errors import AnalysisError
from core.translate.beam import BeamSettings
from core.translate.bleu import compute_bleu
from core.translate.translator import Translator
from tests.translate.toy import SOURCE, build_checkpoint

PAIRS = SentencePairs("toy/test", "en", "fr",
                      ("The cat sees a dog.", "A man hears.", "A zebra sees the woman .", "cat"),
                      ("Le chat un chien.", "un chien", "le chat .", "chat chat chat chat"))
BEAM = BeamSettings(beam=3)


@pytest.fixture(scope="module")
def made():
    translator = Translator([build_checkpoint()])
    return evaluate(translator, PAIRS, BEAM), translator


def test_what_is_kept_is_what_the_translator_finds(made):
    found, translator = made
    words = [translator.vocabulary.split_source(text) for text in PAIRS.sources]
    for s, result in enumerate(translator.translate_all(words, BEAM)):
        assert found.ids(s).tolist() == list(result.best.ids)
        assert found.log_p[s] == pytest.approx(result.best.score) and found.finished[s] == result.best.finished
        assert found.write(s, translator.vocabulary) == translator.write(result.best)
    assert len(found) == 4 and found.source_name == "toy/test" and found.settings == BEAM
    assert found.checkpoint_ids == (translator.checkpoints[0].card.id,)


def test_counts_give_sacrebleus_score(made):
    found, translator = made
    texts = [found.write(s, translator.vocabulary) for s in range(4)]
    assert compute_bleu(found.counts) == pytest.approx(BLEU().corpus_score(texts, [list(PAIRS.targets)]).score)


def test_a_rank_is_the_place_by_frequency_and_unknown_words_take_the_size_of_the_vocabulary(made):
    vocabulary = made[1].vocabulary.source
    assert rank_words(SOURCE, vocabulary).tolist() == list(range(1, len(SOURCE) + 1))
    assert rank_words(["zebra"], vocabulary).tolist() == [len(vocabulary)]
    assert rank_sources([["the", "zebra"], ["a"]], vocabulary).tolist() == [(1 + len(vocabulary)) / 2, 2]


def test_lengths_and_unknown_words_are_those_of_the_sources(made):
    found = made[0]
    assert found.source_lengths.tolist() == [6, 4, 6, 1] and found.source_unknown.tolist() == [0, 0, 1, 0]
    assert found.source_ranks[3] == 3  # cat


def test_progress_ends_with_all_sentences(made):
    calls = []
    evaluate(made[1], PAIRS, BEAM, progress=lambda done, n: calls.append((done, n)))
    assert calls[-1] == (4, 4)


def test_nothing_to_translate_and_impossible_searches_are_refused(made):
    with pytest.raises(AnalysisError, match="no sentences"):
        evaluate(made[1], SentencePairs("none", "en", "fr", (), ()))
    with pytest.raises(AnalysisError, match="beam"):
        evaluate(made[1], PAIRS, BeamSettings(beam=0))


def test_an_evaluation_comes_back_as_it_was(made, scratch_cache):
    found = made[0]
    assert find_evaluation(found.checkpoint_ids, "toy/test", BEAM) is None
    save_evaluation(found)
    back = load_evaluation(found.checkpoint_ids, "toy/test", BEAM, pairs=PAIRS)
    for field in dataclasses.fields(found):
        mine, own = getattr(back, field.name), getattr(found, field.name)
        assert np.array_equal(mine, own) if isinstance(own, np.ndarray) else mine == own
        assert not isinstance(own, np.ndarray) or mine.dtype == own.dtype


def test_no_sentence_is_stored(made, scratch_cache):
    folder = result_folder(save_evaluation(made[0]))
    stored = b"".join(path.read_bytes() for path in folder.iterdir()).lower()
    assert not any(word in stored for word in (b"zebra", b"woman", b"chien", b"chat"))


def test_an_evaluation_of_other_pairs_or_another_search_is_not_used(made, scratch_cache):
    found = made[0]
    name = save_evaluation(found)
    other = dataclasses.replace(PAIRS, targets=("x", *PAIRS.targets[1:]))
    assert find_evaluation(found.checkpoint_ids, "toy/test", BEAM, pairs=other) is None
    assert find_evaluation(found.checkpoint_ids, "toy/test", BeamSettings(beam=4)) is None
    assert find_evaluation(["another"], "toy/test", BEAM) is None
    (result_folder(name) / "arrays.safetensors").write_bytes(b"x")
    assert find_evaluation(found.checkpoint_ids, "toy/test", BEAM) is None
    with pytest.raises(AnalysisError, match="cannot be read"):
        load_evaluation(found.checkpoint_ids, "toy/test", BEAM)


def test_names_are_plain_and_tell_searches_and_ensembles_apart():
    names = [name_evaluation(ids, "fra-eng/test", settings) for ids, settings in (
        (["a-1"], BEAM), (["a-1"], BeamSettings(beam=12)), (["a-1"], BeamSettings(beam=3, length_penalty=0.6)),
        (["a-1"], BeamSettings(beam=3, allow_unknown=False)), (["a-1", "a-2"], BEAM), (["a-1", "a-3"], BEAM))]
    assert len(set(names)) == len(names) and all(re.fullmatch(r"[A-Za-z0-9-]+", name) for name in names)
    assert name_evaluation(["a-2", "a-1"], "fra-eng/test", BEAM) == names[4]
    assert name_evaluation(["a-1"], "fra-eng/test", BeamSettings(beam=3, n_best=2)) == names[0]

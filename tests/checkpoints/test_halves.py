"""The halves of an encoder–decoder read as the whole does."""

import pytest
import torch

from core.checkpoints.halves import DECODER, ENCODER, cut_half, half_card, split_half
from core.checkpoints.store import list_halves, load_card, load_checkpoint
from core.errors import CheckpointError
from core.states.lstm import record_batch
from core.states.seq2seq import record_pair
from core.states.sources import DEMO, list_sentences, read_source, typed_form
from core.tokens.linearise import Kind
from core.tokens.sentences import read_typed_sentence
from tests.translate.toy import build_checkpoint, save_toy


def test_an_encoder_reads_as_in_the_whole_and_expects_every_word_alike():
    whole = build_checkpoint(1, n_layers=2)
    half = cut_half(whole, ENCODER)
    words = ("the", "cat", "sees")
    ids = torch.from_numpy(whole.vocabulary.encode_source(words, reverse=True))[:, None]
    recorded = record_pair(whole, words, ())
    torch.testing.assert_close(record_batch(half, ids).layers[1].c, recorded.encoder.layers[1].c)
    p = half.decoder(half.run_layers(ids)).softmax(-1)
    torch.testing.assert_close(p, torch.full_like(p, 1 / p.shape[-1]))


@pytest.mark.parametrize("tied_scale", [0.0, 4.0])
def test_a_decoder_begins_where_an_empty_sentence_ends(tied_scale):
    whole = build_checkpoint(1, n_layers=2, tied_scale=tied_scale)
    half = cut_half(whole, DECODER)
    ids = torch.tensor([[0, 0], [3, 5], [4, 6]])
    expected = record_pair(whole, (), (3, 4)).decoder.layers[1].h[:, 0]
    torch.testing.assert_close(record_batch(half, ids).layers[1].h[:, 0], expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(half.run_layers(ids)[:, 0], expected, atol=1e-6, rtol=1e-5)
    assert whole.model.decoder.start is None


def test_the_whole_keeps_its_weights_and_shares_them():
    whole = build_checkpoint(0)
    for name in (ENCODER, DECODER):
        half = cut_half(whole, name)
        assert half.embedding.weight.data_ptr() == getattr(whole.model, name).embedding.weight.data_ptr()


def test_halves_are_found_and_loaded_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(tmp_path))
    ids = [save_toy(seed, reverse=r).id for seed, r in ((0, True), (1, False))]
    cards = list_halves()
    assert sorted(c.id for c in cards) == sorted(f"{i}-{h}" for i in ids for h in (ENCODER, DECODER))
    for card in cards:
        checkpoint = load_checkpoint(card.id)
        assert checkpoint.card == card == load_card(card.id) and checkpoint.kind is Kind.WORDS
        assert len(checkpoint.vocabulary) == checkpoint.model.config.vocabulary_size
    with pytest.raises(CheckpointError, match="these pages read one LSTM"):
        load_checkpoint(ids[0])
    with pytest.raises(CheckpointError):
        split_half("seq2seq-x-middle")


def test_what_reads_backwards_gets_sentences_in_a_mirror():
    forward, backward = (half_card(build_checkpoint(0, reverse=r).card, ENCODER) for r in (False, True))
    one, other = (list_sentences(read_source(DEMO, card)) for card in (forward, backward))
    assert all(a.tree.words() == b.tree.words()[::-1] for a, b in zip(one, other, strict=True))
    text = "She can't see it."
    a, b = (read_typed_sentence(text, Kind.WORDS, form=typed_form(card))[0].tokens for card in (forward, backward))
    assert a[1:-1] == b[1:-1][::-1] and a[0] == b[0] == "<ST>"
    tree = "(S (NP (NNP Ann)) (VP (VBZ sings)))"
    sentence, mirrored = read_typed_sentence(tree, Kind.WORDS, form=typed_form(backward))
    assert sentence.tokens[1:-1] == ("sings", "Ann") and sentence.tags[1:-1] == ("VBZ", "NNP")
    assert mirrored.words() == ["sings", "Ann"]


def test_a_decoder_reads_its_own_language():
    card = half_card(build_checkpoint(0).card, DECODER)
    sentences = list_sentences(read_source(DEMO, card))
    assert len(sentences) == 320 and any("l'" in s.tree.words() for s in sentences)
    assert read_typed_sentence("L'homme rit.", Kind.WORDS, form=typed_form(card))[0].tokens[1] == "L'"

"""Gradients of target words by source words: against finite differences, in both directions, in any company."""

import dataclasses

import numpy as np
import pytest
import torch

from core.analysis.seq2seq import gradients
from core.analysis.seq2seq.gradients import (
    LONGEST,
    MOST,
    choose_sentences,
    measure_gradients,
    store_gradients,
    tabulate_gradients,
)
from core.analysis.seq2seq.untrained import untrain
from core.checkpoints.seq2seq import save_seq2seq
from core.errors import TextError
from core.models.seq2seq import Seq2Seq
from core.tokens.linearise import ED, ST
from core.training.seq2seq import Seq2SeqRun, Seq2SeqTraining, load_pair_data
from core.translate.force import score_translations
from core.translate.translator import Translator
from tests.translate.toy import SOURCE, TARGET, build_checkpoint

SENTENCES = [["the", "cat", "sees", "a", "dog", "."], ["a", "man", "hears"], ["the", "woman"]]
ANSWERS = [["le", "chat", "un", "chien", "."], ["un"], ["le", "chien", "."]]


def encode(checkpoint, answers=ANSWERS):
    return [checkpoint.vocabulary.target.encode(words).tolist() for words in answers]


def log_p_from(checkpoint, embedded, target):
    """log p of every target word and the end, from the embeddings of what the encoder reads, in float64 throughout."""
    model = Seq2Seq(checkpoint.model.config).double().eval()
    model.load_state_dict({n: t.double() for n, t in checkpoint.model.state_dict().items()})
    ids = checkpoint.vocabulary.target.ids

    def run(half, x, states):
        last = []
        for k, layer in enumerate(half.layers):
            h, c = states[k] if states else (torch.zeros(layer.w_hh.shape[1]).double(),) * 2
            rows = []
            for row in x:
                i, f, g, o = (layer.w_ih @ row + layer.w_hh @ h + layer.b).chunk(4)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
                rows.append(h)
            x = torch.stack(rows)
            last.append((h, c))
        return x, last

    with torch.no_grad():
        _, states = run(model.encoder, embedded, None)
        words = [ids[ST], *target]
        h, _ = run(model.decoder, model.decoder.embedding(torch.tensor(words)), states)
        scores = model.decoder.decoder(h).log_softmax(1)
    return np.array([float(scores[t, w]) for t, w in enumerate([*target, ids[ED]])])


@pytest.mark.parametrize(("reverse", "n_layers"), [(False, 1), (True, 1), (True, 2)])
def test_norms_are_those_of_finite_differences(reverse, n_layers):
    checkpoint = build_checkpoint(3, reverse=reverse, n_layers=n_layers)
    source, target = SENTENCES[0], encode(checkpoint)[0]
    found, = measure_gradients(checkpoint, [source], [target])
    ids = checkpoint.vocabulary.encode_source(source, reverse=reverse)
    embedded = checkpoint.model.encoder.embedding.weight[torch.from_numpy(ids)].double()
    width, eps = embedded.shape[1], 1e-5
    norms = np.zeros((len(source), len(target) + 1))
    for s in range(len(source)):
        at = len(source) - s if reverse else s + 1  # after the start marker
        assert checkpoint.vocabulary.source.tokens[ids[at]] == source[s]
        slopes = []
        for e in range(width):
            moved = [embedded.clone() for _ in range(2)]
            for sign, own in zip((1, -1), moved, strict=True):
                own[at, e] += sign * eps
            up, down = (log_p_from(checkpoint, own, target) for own in moved)
            slopes.append((up - down) / (2 * eps))
        norms[s] = np.sqrt((np.array(slopes) ** 2).sum(0))
    np.testing.assert_allclose(found.norms, norms, rtol=2e-3, atol=1e-6)
    assert norms.max() > 1e-3


def test_a_sentence_has_the_same_gradients_in_any_company(monkeypatch):
    checkpoint = build_checkpoint(1)
    together = measure_gradients(checkpoint, SENTENCES, encode(checkpoint))
    monkeypatch.setattr(gradients, "COLUMNS", 1)  # each sentence in a batch of its own
    for s, own in enumerate(together):
        alone = measure_gradients(checkpoint, SENTENCES[s:s + 1], encode(checkpoint)[s:s + 1])[0]
        np.testing.assert_allclose(own.norms, alone.norms, rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(own.log_p, alone.log_p, atol=1e-5)
        assert own.norms.shape == (len(SENTENCES[s]), len(ANSWERS[s]) + 1)


def test_log_probabilities_are_those_of_scoring():
    checkpoint = build_checkpoint(2)
    expected = score_translations(Translator([checkpoint]), SENTENCES, ANSWERS)
    for own, wanted in zip(measure_gradients(checkpoint, SENTENCES, encode(checkpoint)), expected, strict=True):
        np.testing.assert_allclose(own.log_p, wanted, atol=1e-5)


def test_shares_add_up_and_leave_norms_in_proportion():
    checkpoint = build_checkpoint(4)
    own = measure_gradients(checkpoint, SENTENCES, encode(checkpoint))[0]
    np.testing.assert_allclose(own.shares.sum(0), 1, rtol=1e-5)
    np.testing.assert_allclose(own.shares[0] * own.norms[1], own.shares[1] * own.norms[0], rtol=1e-4, atol=1e-9)


def test_the_model_is_only_read():
    checkpoint = build_checkpoint(5)
    before = {n: t.clone() for n, t in checkpoint.model.state_dict().items()}
    measure_gradients(checkpoint, SENTENCES, encode(checkpoint))
    assert not checkpoint.model.training
    for name, parameter in checkpoint.model.named_parameters():
        assert parameter.grad is None and not parameter.requires_grad and torch.equal(parameter, before[name])


@pytest.mark.parametrize(("source", "target"), [([], [3]), (["cat"], []), (["cat"] * (MOST + 1), [3]),
                                                (["cat"], [3] * (MOST + 1))])
def test_what_cannot_be_measured_is_refused(source, target):
    with pytest.raises(TextError, match=f"between 1 and {MOST} words"):
        measure_gradients(build_checkpoint(), [source], [target])


def test_a_table_holds_the_maps():
    checkpoint = build_checkpoint(6)
    maps = measure_gradients(checkpoint, SENTENCES, encode(checkpoint))
    table = tabulate_gradients(maps, reverse=True)
    assert table.reverse and len(table.split()) == 3
    for own, kept in zip(maps, table.split(), strict=True):
        np.testing.assert_array_equal(own.norms, kept.norms)
        np.testing.assert_array_equal(own.log_p, kept.log_p)


def save_toy(checkpoint, **training):
    card = checkpoint.card
    fields = {name: getattr(card, name) for name in (
        "corpus", "reverse", "lower_source", "epochs", "seconds", "history", "perplexity", "versions")}
    fields["training"] = card.training | training
    saved = save_seq2seq(checkpoint.model, checkpoint.vocabulary, card_fields=fields)
    return dataclasses.replace(checkpoint, card=saved)


def test_gradients_of_our_own_sentences_are_measured_once_and_again_for_other_weights(scratch_cache, monkeypatch):
    checkpoint = save_toy(build_checkpoint(7))
    pairs, sources, targets = choose_sentences(checkpoint)
    assert max(len(own) for own in [*sources, *targets]) <= LONGEST and len(pairs) == len(sources) == len(targets)
    table = store_gradients(checkpoint)
    assert table.n_source.tolist() == [len(words) for words in sources]

    def refuse(*_):
        raise AssertionError("measured again")

    with monkeypatch.context() as patch:
        patch.setattr(gradients, "measure_gradients", refuse)
        np.testing.assert_array_equal(store_gradients(checkpoint).norms, table.norms)
        weights = checkpoint.card.files["weights"].model_copy(update={"sha256": "0" * 64})
        other = dataclasses.replace(checkpoint, card=checkpoint.card.model_copy(update={"files": {"weights": weights}}))
        with pytest.raises(AssertionError, match="measured again"):
            store_gradients(other)
    first = store_gradients(checkpoint, untrained=True)
    assert len(first.n_source) == len(sources[::3]) and not np.allclose(first.norms[:20], table.norms[:20])


def test_first_weights_are_those_of_the_training(scratch_cache):
    settings = Seq2SeqTraining(corpus="demo-pairs", hidden_size=6, embedding_size=6, epochs=1, seed=3, device="cpu")
    run = Seq2SeqRun(settings, load_pair_data(settings), scratch_cache / "run")
    first = {n: t.clone() for n, t in run.model.state_dict().items()}
    model = build_checkpoint()
    training = dataclasses.asdict(settings) | {"languages": ["en", "fr"]}
    checkpoint = dataclasses.replace(model, model=run.model, card=model.card.model_copy(update={"training": training}))
    state = torch.get_rng_state()
    made = untrain(checkpoint)
    assert torch.equal(torch.get_rng_state(), state) and not made.model.training
    for name, tensor in made.model.state_dict().items():
        assert torch.equal(tensor, first[name]), name


def test_toy_words_are_known():
    checkpoint = build_checkpoint()
    assert {w for s in SENTENCES for w in s} <= set(SOURCE) and {w for a in ANSWERS for w in a} <= set(TARGET)
    assert all(2 not in ids for ids in encode(checkpoint))

"""Both halves as they are recorded, against what the model itself computes."""

import numpy as np
import torch

from core.states.lstm import record_batch
from core.states.seq2seq import last_states, record_pair, record_sentence_vectors
from core.translate.force import expect_words
from core.translate.translator import Translator
from tests.translate.toy import build_checkpoint

SENTENCES = [("the", "cat", "sees", "a", "dog"), ("a", "man"), ("the", "woman", "hears")]


def test_the_decoder_goes_on_where_the_encoder_ended():
    checkpoint = build_checkpoint(2, n_layers=2)
    recorded = record_pair(checkpoint, SENTENCES[0], (3, 5, 4))
    h, c = checkpoint.model.encode(torch.from_numpy(
        checkpoint.vocabulary.encode_source(SENTENCES[0], reverse=True))[:, None])[1]
    torch.testing.assert_close(recorded.encoder.layers[1].h[-1], h, atol=1e-6, rtol=1e-5)
    first = recorded.decoder.layers[1]
    torch.testing.assert_close(first.c[0], first.f[0] * c + first.c_up[0], atol=1e-6, rtol=1e-5)
    assert recorded.source == ("<ST>", "dog", "a", "sees", "cat", "the", "<ED>")
    assert recorded.target == ("<ST>", "le", "chat", "un")
    log_p = torch.log_softmax(checkpoint.model.decoder.decoder(recorded.decoder.layers[-1].h[:, 0]), 1)
    np.testing.assert_allclose(log_p, expect_words(Translator([checkpoint]), SENTENCES[0], (3, 5, 4)), atol=1e-4)


def test_sentence_vectors_do_not_depend_on_the_batch():
    checkpoint = build_checkpoint(1, n_layers=2)
    together = record_sentence_vectors(checkpoint, SENTENCES)
    assert sorted(together) == ["layer0.c", "layer0.h", "layer1.c", "layer1.h"]
    for s, words in enumerate(SENTENCES):
        alone = record_pair(checkpoint, words, ())
        for k, layer in enumerate(alone.encoder.layers):
            np.testing.assert_allclose(together[f"layer{k}.h"][s], layer.h[-1, 0], atol=1e-6)
            np.testing.assert_allclose(together[f"layer{k}.c"][s], layer.c[-1, 0], atol=1e-6)


def test_a_recording_may_start_anywhere():
    model = build_checkpoint(4).model
    ids = torch.tensor([[0, 3], [4, 5], [6, 7], [8, 1]])
    whole = record_batch(model.encoder, ids)
    rest = record_batch(model.encoder, ids[2:], states=last_states(record_batch(model.encoder, ids[:2])))
    torch.testing.assert_close(rest.layers[0].c, whole.layers[0].c[2:], atol=1e-6, rtol=1e-5)

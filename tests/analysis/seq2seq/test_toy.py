"""Made-up tasks: right answers, parts without a sequence in common, and a count that is greedy decoding's."""

import numpy as np
import pytest
import torch

from core.analysis.seq2seq.toy import TASKS, ToyTask, make_parts, read_sequences
from core.tokens.linearise import ED, ST
from core.training.seq2seq import Seq2SeqRun, Seq2SeqTraining, load_pair_data
from core.translate.beam import BeamSettings
from core.translate.translator import Translator
from tests.translate.toy import build_checkpoint


@pytest.mark.parametrize("name", list(TASKS))
def test_answers_are_right_and_parts_share_no_sequence(name):
    parts = make_parts(ToyTask(name, 2, 5, 6), 200, 40, seed=1)
    assert {part: len(own) for part, own in parts.items()} == {"test": 40, "validation": 40, "train": 200}
    for own in parts.values():
        for source, target in zip(own.sources, own.targets, strict=True):
            read, written = source.split(), target.split()
            assert written == {"copy": read, "sort": sorted(read), "reverse": list(reversed(read))}[name]
            assert 2 <= len(read) <= 5 and set(read) <= set("abcdef")
    everything = [source for own in parts.values() for source in own.sources]
    assert len(set(everything)) == len(everything) == 280


def test_equal_seeds_draw_equal_sequences():
    task = ToyTask("copy", 2, 5, 6)
    first, again, other = (make_parts(task, 50, 9, seed=seed)["train"].sources for seed in (0, 0, 1))
    assert first == again != other


def test_sequences_are_counted():
    assert ToyTask("copy", 1, 3, 4).n_sequences == 4 + 16 + 64


@pytest.fixture(scope="module")
def half_trained(tmp_path_factory):
    parts = make_parts(ToyTask("copy", 1, 3, 4), 40, 8, seed=0)
    settings = Seq2SeqTraining(corpus="toy", hidden_size=16, embedding_size=16, dropout=0.0, min_count=1, batch=16,
                               learning_rate=0.02, epochs=12, device="cpu", precision="float32", source_size=40,
                               target_size=40)
    run = Seq2SeqRun(settings, load_pair_data(settings, parts), tmp_path_factory.mktemp("run"))
    run.train()
    return run, parts["validation"]


def test_right_sequences_are_those_that_greedy_decoding_writes(half_trained):
    run, pairs = half_trained
    found = read_sequences(run.model, run.data.encoded["validation"])
    checkpoint = build_checkpoint()
    model = run.model.eval().requires_grad_(False)
    translator = Translator([type(checkpoint)(checkpoint.card.model_copy(update={"reverse": True}), model,
                                              run.data.vocabulary)])
    written = [translator.translate(source.split(), BeamSettings(beam=1)).best for source in pairs.sources]
    texts = [" ".join(run.data.vocabulary.target.tokens[i] for i in own.ids) for own in written]
    right = [own.finished and text == target for own, text, target in zip(written, texts, pairs.targets, strict=True)]
    assert found.right.tolist() == right and sum(right) > 0


def test_places_and_perplexity_are_those_of_a_slow_count(half_trained):
    run, pairs = half_trained
    found, tokens = read_sequences(run.model, run.data.encoded["validation"]), run.data.vocabulary
    hits, loss = {}, []
    for source, target in zip(pairs.sources, pairs.targets, strict=True):
        ids = torch.from_numpy(tokens.encode_source(source.split(), reverse=True))[:, None]
        words = [tokens.target.ids[ST], *tokens.target.encode(target.split()).tolist(), tokens.target.ids[ED]]
        with torch.inference_mode():
            h, _ = run.model.decoder.read(torch.tensor(words[:-1])[:, None], states=run.model.encode(ids))
            log_p = run.model.decoder.decoder(h)[:, 0].log_softmax(1)
        for place, word in enumerate(words[1:]):
            hits.setdefault(place, []).append(int(log_p[place].argmax()) == word)
            loss.append(-float(log_p[place, word]))
    np.testing.assert_allclose(found.places, [np.mean(hits[p]) for p in sorted(hits)])
    assert found.perplexity == pytest.approx(np.exp(np.mean(loss)), rel=1e-4)
    assert found.pack()["right"] == pytest.approx(found.right.mean(), abs=1e-5)

"""The text CNN, against one built of torch's own layers: filters, padding, channels, the cap on norms."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from core.models.cnn import TextCNN, TextCNNConfig

WORDS = 30
SENTENCES = st.lists(st.lists(st.integers(1, WORDS - 1), min_size=1, max_size=9), min_size=1, max_size=6)


def make(*, heights=(3,), channels="static", n_classes=2, dropout=0.5, seed=0):
    return TextCNN(TextCNNConfig(WORDS, 7, n_classes, heights, 5, dropout, channels), seed=seed).eval()


def pad(sentences, *, spare=0):
    lengths = torch.tensor([len(s) for s in sentences])
    ids = torch.zeros(len(sentences), int(lengths.max()) + spare, dtype=torch.int64)
    for row, sentence in zip(ids, sentences, strict=True):
        row[:len(sentence)] = torch.tensor(sentence)
    return ids, lengths


class Oracle(nn.Module):
    """Kim's network of `nn.Embedding`, `nn.Conv1d` and `nn.Linear` for one sentence alone, without any padding id."""

    def __init__(self, model: TextCNN):
        super().__init__()
        self.embeddings = [nn.Embedding.from_pretrained(w.detach())
                           for w in (model.words, model.learned) if w is not None]
        self.convolutions = []
        for h, weight, bias in zip(model.config.heights, model.filters, model.biases, strict=True):
            convolution = nn.Conv1d(weight.shape[2], weight.shape[0], h, padding=h - 1)
            convolution.weight.data = weight.detach().transpose(1, 2).clone()
            convolution.bias.data = bias.detach().clone()
            self.convolutions.append(convolution)
        self.output = nn.Linear(model.output.in_features, model.output.out_features)
        self.output.load_state_dict(model.output.state_dict())

    def forward(self, sentence):
        embedded = sum(table(torch.tensor(sentence)) for table in self.embeddings).t()[None]
        found = torch.cat([c(embedded).relu().max(2).values for c in self.convolutions], 1)
        return self.output(found)[0]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("channels", ["static", "non-static", "multichannel"])
@pytest.mark.parametrize("heights", [(3,), (1,), (3, 4, 5)])
@torch.no_grad()
def test_scores_equal_those_of_torchs_layers(heights, channels, n_classes):
    model = make(heights=heights, channels=channels, n_classes=n_classes)
    for bias in model.biases:
        bias.normal_(generator=torch.Generator().manual_seed(1))
    if model.learned is not None:
        model.learned[1:] += torch.randn(WORDS - 1, 7, generator=torch.Generator().manual_seed(2))
    rng = np.random.default_rng(0)
    sentences = [rng.integers(1, WORDS, n).tolist() for n in (1, 2, 3, 4, 5, 9, 20)]
    oracle = Oracle(model)
    torch.testing.assert_close(model(*pad(sentences)), torch.stack([oracle(s) for s in sentences]),
                               rtol=1e-5, atol=1e-5)


@given(SENTENCES, st.integers(0, 5), st.sampled_from([(3,), (3, 4, 5)]))
@torch.no_grad()
def test_padding_and_company_change_no_score(sentences, spare, heights):
    model = make(heights=heights)
    for bias in model.biases:
        bias.fill_(0.7)  # a window of padding alone would answer this
    together = model(*pad(sentences, spare=spare))
    alone = torch.cat([model(*pad([sentence])) for sentence in sentences])
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_windows_of_padding_alone_never_answer():
    model = make(heights=(3,))
    ids, lengths = pad([[4], [5, 6, 7, 8]], spare=2)
    answer, = model.respond(model.embed(ids), lengths)
    assert answer.shape == (2, 6 + 3 - 1, 5)
    assert torch.isfinite(answer).all(2).sum(1).tolist() == [1 + 2, 4 + 2]  # a window may reach over either end
    assert (answer[0, 3:] == -torch.inf).all()


def learn(model, steps=3):
    optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], 0.5)
    ids, lengths = pad([[1, 2, 3], [4, 5, 6, 7], [8]])
    for _ in range(steps):
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(ids, lengths), torch.tensor([0, 1, 0])).backward()
        optimiser.step()


@pytest.mark.parametrize(("channels", "moves"), [("static", (False, None)), ("non-static", (True, None)),
                                                 ("multichannel", (False, True))])
def test_fixed_vectors_stay_and_learned_ones_move(channels, moves):
    model = make(channels=channels, seed=3)
    before = [None if w is None else w.detach().clone() for w in (model.words, model.learned)]
    filters = model.filters[0].detach().clone()
    learn(model)
    now = (model.words, model.learned)
    assert [None if w is None else not torch.equal(w, b) for w, b in zip(now, before, strict=True)] == list(moves)
    assert not torch.equal(model.filters[0], filters)
    unread = torch.arange(9, WORDS)
    for vectors, start in zip(now, before, strict=True):
        assert vectors is None or torch.equal(vectors[unread], start[unread])  # of words that never came


@pytest.mark.parametrize("channels", ["static", "non-static", "multichannel"])
def test_padding_learns_nothing_and_changes_no_score_after_learning(channels):
    model = make(channels=channels, seed=3)
    learn(model)
    assert all(not vectors[0].any() for vectors in (model.words, model.learned) if vectors is not None)
    sentences = [[1, 2, 3], [4, 5, 6, 7, 1, 2], [8]]
    torch.testing.assert_close(model(*pad(sentences, spare=3)), torch.cat([model(*pad([s])) for s in sentences]),
                               rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_two_channels_meet_the_same_filters_and_their_answers_add_up():
    model = make(channels="multichannel")
    model.learned.normal_(generator=torch.Generator().manual_seed(5))
    ids, lengths = pad([[1, 2, 3, 4]])
    both, = model.respond(model.embed(ids), lengths)
    parts = [model.respond(nn.functional.embedding(ids, w), lengths)[0] for w in (model.words, model.learned)]
    torch.testing.assert_close(both, sum(parts) - model.biases[0], rtol=1e-5, atol=1e-6)


def test_given_vectors_are_copied_and_padding_is_zero():
    vectors = torch.ones(WORDS, 7)
    model = TextCNN(TextCNNConfig(WORDS, 7, channels="non-static"), vectors)
    assert not model.words[0].any() and (model.words[1:] == 1).all()
    learn(model)
    assert (vectors == 1).all()


def test_the_seed_draws_the_start_and_nothing_else_does():
    torch.manual_seed(1)
    first = make(seed=4)
    torch.manual_seed(2)
    second, other = make(seed=4), make(seed=5)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert not torch.equal(first.filters[0], other.filters[0])
    assert first.words.abs().max() <= 0.25 and not first.biases[0].any()


@given(st.floats(0.01, 10))
@torch.no_grad()
def test_norms_are_capped_and_shorter_ones_left_alone(limit):
    model = make()
    model.output.weight[0] *= 10
    before = model.output.weight.clone()
    model.cap_norms(limit)
    for old, new in zip(before, model.output.weight, strict=True):
        assert new.norm() <= limit * (1 + 1e-5)
        torch.testing.assert_close(new, old * min(1.0, limit / float(old.norm())), rtol=1e-5, atol=1e-7)


def test_dropout_acts_while_learning_alone():
    model, (ids, lengths) = make(dropout=0.5), pad([[1, 2, 3, 4, 5]])
    torch.manual_seed(0)
    scores = {model.train()(ids, lengths).detach().numpy().tobytes() for _ in range(8)}
    still = {model.eval()(ids, lengths).detach().numpy().tobytes() for _ in range(8)}
    assert len(scores) > 1 and len(still) == 1
    assert model.config.n_features == 5 and make(heights=(3, 4, 5)).config.n_features == 15

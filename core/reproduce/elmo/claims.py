"""The claims of seed 002, read from what is stored of the model of ours that was trained longest.

The model is hundreds of times smaller than the paper's and has read a fiftieth of its text: only the direction of an
effect can be compared.
"""

import numpy as np

from core.analysis.elmo.held_out import load_held_out, load_misspelt
from core.analysis.elmo.layer_study import EQUAL, LEARNED, UNTRAINED, LayerStudy, load_layers, name_layer
from core.analysis.elmo.sense_study import SenseStudy, load_senses
from core.analysis.intervals import estimate_mean
from core.checkpoints.bilm import list_bilms
from core.errors import AnalysisError
from core.models.bilm import BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.reproduce.claims import ClaimRecord, Reader, fill_interval

SEED = "002"
PUBLISHED = 93_600_864
WSD = ("semcor", "coarsewsd", "demo")  # the first that was measured


def _model() -> str:
    if not (cards := list_bilms()[0]):
        raise AnalysisError("There is no bidirectional language model.", "Train one: python -m core.training bilm.")
    return cards[0].id


def _layers(task: str) -> LayerStudy:
    """The study of tasks, which must hold one."""
    study = load_layers(_model())
    if task not in study.tasks:
        raise AnalysisError("{task} was not measured of {id}.", "Compute it where the corpora are: python -m "
                            "core.reproduce elmo --recompute.", task=task, id=study.checkpoint_id)
    return study


def _senses() -> tuple[SenseStudy, str]:
    """The study of senses, and the set it is read from."""
    study = load_senses(_model())
    return study, next(name for name in WSD if name in study.sets)


def count_parameters() -> dict:
    """Parameters of the published sizes, in millions, counted array by array from the sizes alone."""
    config, c = BiLMConfig(), CharacterConfig()
    f, p, h = c.n_filters, c.projection_size, config.cell_size
    characters = 262 * c.character_size + sum(n * (w * c.character_size + 1) for w, n in c.filters)
    encoder = characters + c.n_highway * 2 * (f * f + f) + f * p + p
    stack = config.n_layers * (2 * p * 4 * h + 4 * h + h * p)
    n = encoder + 2 * stack
    return fill_interval((n / 1e6,) * 3, n=n, holds=n == PUBLISHED, corpus="none", split="counted",
                     control=f"character encoder {encoder / 1e6:.6f}, both LSTM stacks {2 * stack / 1e6:.6f}")


def read_context() -> dict:
    """Accuracy on senses of the equal mix less that of the word alone."""
    study, name = _senses()
    scores = dict(zip(study.representations, study.accuracy(name), strict=True))
    rows = study.rows(name)
    found = fill_interval(study.difference(name, EQUAL, name_layer(0)), n=rows.stop - rows.start, corpus=name,
                      split="over words", checkpoint=study.checkpoint_id)
    return found | {"holds": found["low"] > 0, "control":
                    f"word alone {scores[name_layer(0)]:.3f}, equal mix {scores[EQUAL]:.3f}, untrained "
                    f"{scores[UNTRAINED]:.3f}, most frequent sense {scores['frequent']:.3f}"}


def read_second_layer() -> dict:
    """Accuracy on senses of the second layer less that of the first."""
    study, name = _senses()
    scores = dict(zip(study.representations, study.accuracy(name), strict=True))
    rows = study.rows(name)
    found = fill_interval(study.difference(name, name_layer(2), name_layer(1)), n=rows.stop - rows.start, corpus=name,
                      split="over words", checkpoint=study.checkpoint_id)
    return found | {"holds": found["low"] > 0, "control":
                    f"layer 1 {scores[name_layer(1)]:.3f}, layer 2 {scores[name_layer(2)]:.3f}"}


def read_first_layer() -> dict:
    """Accuracy on parts of speech of the first layer less that of the second."""
    study = _layers("pos")
    found = fill_interval(study.difference("pos", name_layer(1), name_layer(2)), **_test(study, "pos"))
    return found | {"holds": found["low"] > 0, "control": _scores(study, "pos", "layer 0", "layer 1", "layer 2",
                                                                   UNTRAINED)}


def read_mix() -> dict:
    """Accuracy of the learned mix less that of the last layer, the least of the tasks."""
    study = _layers("pos")
    last = name_layer(study.shares.shape[2] - 1)
    found = {task: study.difference(task, LEARNED, last) for task in study.tasks if task != "depth"}
    task = min(found, key=lambda t: found[t][0])
    record = fill_interval(found[task], **_test(study, task))
    others = ", ".join(f"{name} {ends[0]:.3f}" for name, ends in found.items() if name != task)
    return record | {"holds": record["low"] > 0, "corpus": f"{record['corpus']} ({task}, the least gain)",
                     "control": f"{_scores(study, task, last, EQUAL, LEARNED)}, {others}"}


def read_polarity() -> dict:
    """Accuracy on polarity with the layers beside static vectors less that without, over seeds."""
    study = _layers("polarity")
    scores = study.efficiency[study.tasks.index("polarity"), -1]
    mean, low, high = map(float, estimate_mean(scores[1] - scores[0]))
    return fill_interval((mean, low, high), **_test(study, "polarity")) | {
        "split": f"{scores.shape[1]} seeds", "holds": low > 0,
        "control": f"static alone {scores[0].mean():.3f}, with layers {scores[1].mean():.3f}"}


def read_thrift() -> dict:
    """The least share of the sentences with which the layers reach on chunks what static vectors reach with all."""
    study = _layers("chunk")
    scores = study.efficiency[study.tasks.index("chunk")]
    least = []
    for seed in range(scores.shape[2]):
        enough = np.flatnonzero(scores[:, 1, seed] >= scores[-1, 0, seed])
        least.append(float(study.fractions[enough[0]]) if len(enough) else np.nan)
    if not np.isfinite(least).all():
        return {}
    return fill_interval((float(np.median(least)), min(least), max(least)), **_test(study, "chunk")) | {
        "split": f"{len(least)} seeds, the interval is their range", "holds": max(least) < 1,
        "control": f"static with all {scores[-1, 0].mean():.3f}, with layers and all {scores[-1, 1].mean():.3f}"}


def read_misspelt() -> dict:
    """Share of misspelt words whose original is among the ten nearest."""
    found = load_misspelt(_model())
    return fill_interval(found.trained[1], n=found.n_asked, corpus="words of the model", split="misspelt by rule",
                     checkpoint=found.checkpoint_id, holds=bool(found.over_untrained[1, 1] > 0),
                     control=f"untrained {found.untrained[1, 0]:.3f}, shared trigrams {found.trigrams[1, 0]:.3f}")


def read_perplexity() -> dict:
    """Mean perplexity of both directions on articles that were kept back, every sentence alone."""
    found = load_held_out(_model())
    return fill_interval(found.perplexity(), n=int(found.n.sum()), corpus=found.corpus,
                     split=f"{len(found.n)} test articles", checkpoint=found.checkpoint_id,
                     holds=found.perplexity()[2] < found.control, control=f"frequencies of words {found.control:.1f}")


def _test(study: LayerStudy, task: str) -> dict:
    t = study.tasks.index(task)
    return {"n": int(study.starts[t + 1] - study.starts[t]), "corpus": study.corpora[t],
            "split": "over sentences", "checkpoint": study.checkpoint_id}


def _scores(study: LayerStudy, task: str, *names: str) -> str:
    own = study.score[study.tasks.index(task)].mean(1)
    return ", ".join(f"{name} {own[study.representations.index(name)]:.3f}" for name in names)


CLAIMS: tuple[tuple[ClaimRecord, Reader], ...] = (
    (ClaimRecord("elmo.parameters_full", SEED, "Section 3.4", "The published sizes have 93,600,864 parameters without "
                 "the softmax; in millions.", "93.6"), count_parameters),
    (ClaimRecord("elmo.context_beats_static_wsd", SEED, "Table 5", "Context tells senses apart: accuracy of the "
                 "nearest mean, all layers alike less the word alone.", "seen in neighbours (Table 4)"), read_context),
    (ClaimRecord("elmo.layer2_beats_layer1_wsd", SEED, "Table 5", "The second LSTM layer knows senses better than the "
                 "first: accuracy of the nearest mean vector.", "0.016 (69.0 to 67.4)"), read_second_layer),
    (ClaimRecord("elmo.layer1_beats_layer2_pos", SEED, "Table 6", "The first LSTM layer knows parts of speech better "
                 "than the second: accuracy of a linear classifier.", "0.005 (97.3 to 96.8)"), read_first_layer),
    (ClaimRecord("elmo.mix_beats_last", SEED, "Table 2", "A learned mix of all layers is better than the last layer: "
                 "accuracy, on the task where it gains least.", "0.004 to 0.007 (Table 2)"), read_mix),
    (ClaimRecord("elmo.helps_polarity", SEED, "Table 1", "Layers of the language model beside static vectors help to "
                 "tell praise from blame: accuracy with less without.", "0.033 (SST-5)"), read_polarity),
    (ClaimRecord("elmo.sample_efficiency", SEED, "Figure 1", "With the language model few examples do: the share of "
                 "the training sentences that gives what all give without it, on chunks.", "0.01 against 0.1 (SRL)"),
     read_thrift),
    (ClaimRecord("elmo.oov_neighbours", SEED, "Section 3.4", "Words nobody has seen have a place: the original of a "
                 "misspelt word is among its ten nearest by the character layer.", "not measured"), read_misspelt),
    (ClaimRecord("elmo.perplexity", SEED, "Section 3.4", "Perplexity of both directions on text that was not read; "
                 "lower than that of the frequencies of words.", "39.7"), read_perplexity),
)

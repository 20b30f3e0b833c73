"""How Claims speaks of ELMo."""

import re

from core.reproduce.claims import ClaimRecord
from core.ui.language import tr
from core.ui.seq2seq import claim_texts as seq2seq

SEED = "002"
_VIEWS = {"parameters_full": "characters", "context_beats_static_wsd": "meanings", "layer2_beats_layer1_wsd": "layers",
          "layer1_beats_layer2_pos": "layers", "mix_beats_last": "layers", "helps_polarity": "layers",
          "sample_efficiency": "layers", "oov_neighbours": "characters", "perplexity": "language_model"}

_SPLITS = re.compile(r"(?:(\d+) seeds)?(?:, the interval is (their range))?(?:(\d+) test articles)?")


def system_name() -> str:
    """As the menu calls it."""
    return tr("ELMo")


def seed_name() -> str:
    """The document its claims come from."""
    return tr("paper of Peters et al. on deep contextualised word representations")


def find_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    """Page and parameters that show what a claim is about."""
    return _VIEWS[record.id.rpartition(".")[2]], {"bilm": record.checkpoint} if record.checkpoint else {}


def control_name(name: str) -> str | None:
    """A control in the reader's language, or None for what another system writes."""
    names = {"character encoder": tr("character encoder"), "both LSTM stacks": tr("both stacks of LSTMs"),
             "word alone": tr("layer 0, the word alone"), "equal mix": tr("equal mix"), "equal": tr("equal mix"),
             "learned": tr("learned mix"), "most frequent sense": tr("most frequent sense"),
             "layer 0": tr("layer 0, the word alone"), "layer 1": tr("layer {n}", n=1), "layer 2": tr("layer {n}", n=2),
             "chunk": tr("gain on chunks"), "pos": tr("gain on parts of speech"), "polarity": tr("gain on polarity"),
             "static alone": tr("static vectors alone"), "with layers": tr("layers beside them"),
             "static with all": tr("static vectors, all sentences"), "with layers and all": tr("layers, all sentences"),
             "shared trigrams": tr("strings of three letters shared"),
             "frequencies of words": tr("frequencies of words")}
    return names.get(name)


def split_name(split: str) -> str | None:
    """The part that was measured, or None where there is nothing to say of it."""
    fixed = {"counted": tr("counted from the sizes"), "over words": tr("words drawn again 2,000 times"),
             "over sentences": tr("test sentences drawn again 2,000 times"),
             "misspelt by rule": tr("misspelt by rule, Wilson's interval")}
    if split in fixed:
        return fixed[split]
    found = _SPLITS.fullmatch(split)
    if not split or not found:
        return None
    if found[3]:
        return tr("{n} test articles, drawn again 2,000 times", n=int(found[3]))
    return tr("{n} training seeds, their whole range", n=int(found[1])) if found[2] else tr(
        "{n} training seeds", n=int(found[1]))


def describe_method() -> str:
    """How the numbers are made."""
    return tr("Our model is far smaller than the published one and has read a fiftieth of its text: compare the side "
              "of 0 on which an effect lies, not its size. Classifiers are linear, learn from frozen layers and stop "
              "by a validation part. Held to be true: what the whole interval (95 %) says; the number of parameters "
              "exactly; perplexity below that of the frequencies of words.")


def explain_plot() -> str:
    """How to read the plot of claims: like that of translation, it compares numbers of different texts."""
    return seq2seq.explain_plot()

"""How Claims speaks of translation."""

import re

from core.reproduce.claims import ClaimRecord
from core.ui.language import tr

SEED = "001"
_VIEWS = {
    "reversal_ppl": "reversal", "reversal_bleu": "tables", "bleu_m30k_2016": "tables", "beam_helps": "tables",
    "ensemble_helps": "tables", "long_sentences_hold": "lengths", "word_order_sensitivity": "sentence_vectors",
    "voice_invariance": "sentence_vectors", "depth_helps": "reversal"}
_MEAN = re.compile(r"mean of (\d+) alone")
_TEST = re.compile(r"test 2016; (?:(\d+) seeds|(sentences drawn again)|(\d+) words and more)")


def system_name() -> str:
    """As the menu calls it."""
    return tr("Sequence to sequence")


def seed_name() -> str:
    """The document its claims come from."""
    return tr("paper of Sutskever, Vinyals and Le on sequence to sequence learning")


def find_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    """Page and parameters that show what a claim is about."""
    return _VIEWS[record.id.rpartition(".")[2]], {}


def control_name(name: str) -> str | None:
    """A control in the reader's language, or None for what another system writes."""
    names = {"forward": tr("forward"), "reversed": tr("reversed"), "beam of 1": tr("beam of 1"),
             "of 2": tr("beam of 2"), "of 12": tr("beam of 12"), "together": tr("together"),
             "longest": tr("longest fifth"), "all": tr("all sentences"), "bag of words": tr("bag of words"),
             "untrained": tr("untrained encoder"), "1 layer": tr("1 layer"), "2 layers": tr("2 layers"),
             "captions forward": tr("captions, forward"), "captions reversed": tr("captions, reversed"),
             "everyday forward": tr("everyday sentences, forward"),
             "everyday reversed": tr("everyday sentences, reversed")}
    if found := _MEAN.fullmatch(name):
        return tr("mean of {n} models alone", n=int(found[1]))
    return names.get(name)


def split_name(split: str) -> str | None:
    """The part that was measured, or None where there is nothing to say of it."""
    if split == "quadruples drawn again":
        return tr("phrases of our grammar, quadruples drawn again 1,000 times")
    if not (found := _TEST.fullmatch(split)):
        return None
    part = tr("test sentences of 2016")
    return (tr("{part}, {n} training seeds", part=part, n=int(found[1])) if found[1] else
            tr("{part}, drawn again 1,000 times", part=part) if found[2] else
            tr("{part}, {n} words and more", part=part, n=int(found[3])))


def describe_method() -> str:
    """How the numbers are made."""
    return tr("All models have the same settings and differ in seed and direction alone; directions are "
              "compared within a seed, with Student's interval (95 %). Other intervals draw the test "
              "sentences again, the same for both sides. BLEU is sacrebleu's, divided by 100. The epoch "
              "is chosen on the validation part. Held to be true: what the whole interval says; BLEU from "
              "0.33.")


def explain_plot() -> str:
    """How to read the plot of claims."""
    return tr("A filled mark is our value, its bar the 95 % interval. The open diamond is the reported value, "
              "where a number was printed, of another corpus: compare the side of 0 or 1 on which it lies, not "
              "its place. The grey strokes are comparisons; point at one for its name.")

"""What stands in a text field before anything is typed: a sentence in the language of the checkpoint, and an edit."""

from core.checkpoints.card import CheckpointCard
from core.states.sources import card_family

_CLAUSE = " (SBAR (WHNP (WDT that)) (S (NP (DT the) (NN teacher)) (VP (VBD lost)))))"
_TREE = "(S (NP (NP (DT The) (NNS keys)){} (VP (VBD were) (PP (IN under) (NP (DT the) (NN map)))) (. .))"
_EXAMPLES = {
    "english": (_TREE.format(_CLAUSE), _TREE.format(")")),
    "words": ("The keys that the teacher lost were under the map .",
              "The key that the teacher lost were under the map ."),
    "lisp": ("(defun twice-each (f xs) (mapcar (lambda (x) (funcall f (funcall f x))) xs))",
             "(defun twice-each (f xs) (mapcar f xs))"),
    "dyck": ("(S (A (A) (A (A))) (A))", "(S (A (A)) (A))"),
}


def example_texts(card: CheckpointCard) -> tuple[str, str]:
    """A text and the same text edited, as a reader of this checkpoint would type them."""
    family = card_family(card)
    if card.corpora[0].name.startswith("dyck"):
        return _EXAMPLES["dyck"]
    if family == "lisp":
        return _EXAMPLES["lisp"]
    return _EXAMPLES["words" if card.kind == 5 else "english"]

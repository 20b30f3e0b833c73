"""Phrases whose meaning depends on word order, for pictures of what an encoder keeps of a sentence.

The paper's own (Sutskever, Vinyals, Le 2014, figure 2), and any number of our own from a small grammar: who does
something to whom, in the active and the passive voice, each also with the two roles swapped.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from core.errors import TextError

Style = Literal["captions", "everyday"]


@dataclass(frozen=True)
class PhraseQuadruple:
    """Two meanings with two wordings each, in lower case.

    `active` and `passive` mean the same; so do `active_swapped` and `passive_swapped`. `active` and `active_swapped`
    have the same words in another order; so have the passives.
    """

    active: str
    active_swapped: str
    passive: str
    passive_swapped: str


@dataclass(frozen=True)
class PaperPhrase:
    """One of the twelve phrases of the paper's figure 2.

    Attributes
    ----------
    panel : str
        ``left``: three verbs, both orders; ``right``: three wordings, both orders.
    meaning : str
        Who acts on whom, such as ``Mary → John``; two of them a panel.
    """

    text: str
    panel: Literal["left", "right"]
    meaning: str


@dataclass(frozen=True)
class PhraseGrammar:
    """What a style's phrases are made of.

    Attributes
    ----------
    nouns : tuple of str
        Noun phrases, all of them people, so that any can do and undergo any verb.
    verbs : tuple of (present, past, participle, progressive)
        Such as ``("hits", "hit", "hit", "hitting")``; the subject is third person singular.
    tails : tuple of str
        What may follow; an empty one for nothing.
    """

    nouns: tuple[str, ...]
    verbs: tuple[tuple[str, str, str, str], ...]
    tails: tuple[str, ...]


def _verbs(regular: str, irregular: str) -> tuple[tuple[str, str, str, str], ...]:
    """Verbs from present/progressive, where the past ends in -ed, and from all four forms written out."""
    pairs = [forms.split("/") for forms in regular.split()]
    pasts = [progressive.removesuffix("ing") + "ed" for _, progressive in pairs]
    return (*((present, past, past, progressive) for (present, progressive), past in zip(pairs, pasts, strict=True)),
            *(tuple(forms.split("/")) for forms in irregular.split()))


GRAMMARS: dict[Style, PhraseGrammar] = {
    "captions": PhraseGrammar(
        nouns=("a man", "a woman", "a boy", "a girl", "a child", "a lady", "a toddler", "a teenager", "a worker",
               "a cowboy", "a clown", "a singer", "a dancer", "a teacher", "a student", "a soldier", "a firefighter",
               "a biker", "a runner", "a musician", "an artist", "a chef", "a waiter", "a vendor", "a doctor",
               "a player", "a gentleman", "a hiker", "an officer", "a swimmer", "a photographer", "a bride"),
        verbs=_verbs("pushes/pushing pulls/pulling follows/following chases/chasing watches/watching hugs/hugging "
                     "kisses/kissing lifts/lifting helps/helping tackles/tackling splashes/splashing kicks/kicking "
                     "touches/touching photographs/photographing washes/washing guides/guiding blocks/blocking "
                     "films/filming stops/stopping observes/observing examines/examining passes/passing "
                     "interviews/interviewing drags/dragging greets/greeting assists/assisting",
                     "carries/carried/carried/carrying holds/held/held/holding catches/caught/caught/catching "
                     "leads/led/led/leading feeds/fed/fed/feeding hits/hit/hit/hitting "
                     "teaches/taught/taught/teaching throws/threw/thrown/throwing"),
        tails=("", "in the park", "on the beach", "in the snow", "on the street", "in the water", "near a lake",
               "in front of a store", "on a sunny day", "at night", "outside")),
    "everyday": PhraseGrammar(
        nouns=("tom", "mary", "john", "bill", "jim", "bob", "jack", "ken", "the teacher", "the doctor", "the man",
               "the woman", "the boy", "the girl", "the child", "the student", "the nurse", "the lawyer", "the king",
               "the driver", "the thief", "my father", "my mother", "my brother", "my sister", "my uncle", "my aunt",
               "my boss", "my neighbor"),
        verbs=_verbs("helps/helping invites/inviting calls/calling follows/following kisses/kissing pushes/pushing "
                     "blames/blaming saves/saving thanks/thanking praises/praising scolds/scolding ignores/ignoring "
                     "visits/visiting warns/warning protects/protecting criticizes/criticizing insults/insulting "
                     "punishes/punishing watches/watching stops/stopping attacks/attacking hugs/hugging "
                     "kicks/kicking chases/chasing greets/greeting interrupts/interrupting",
                     "hits/hit/hit/hitting hurts/hurt/hurt/hurting catches/caught/caught/catching "
                     "teaches/taught/taught/teaching beats/beat/beaten/beating bites/bit/bitten/biting "
                     "chooses/chose/chosen/choosing forgives/forgave/forgiven/forgiving "
                     "drives/drove/driven/driving"),
        tails=("", "in the garden", "in the kitchen", "at school", "at the station", "in the street", "at the party",
               "at home", "in front of the hotel", "after dinner", "again")),
}


def generate_quadruples(n: int, *, known: Collection[str], style: Style,
                        seed: int = 0) -> tuple[PhraseQuadruple, ...]:
    """Different quadruples whose words a model knows; no phrase comes twice.

    Parameters
    ----------
    n : int
        How many, 0 or more.
    known : collection of str
        The model's source vocabulary, in lower case.
    seed : int
        The same seed and vocabulary give the same quadruples.

    Raises
    ------
    TextError
        When the words known make fewer than `n`.

    Examples
    --------
    >>> known = "a man woman pushes is pushed by".split()
    >>> drawn, = generate_quadruples(1, known=known, style="captions")
    >>> drawn.active, drawn.passive
    ('a woman pushes a man', 'a man is pushed by a woman')
    """
    words, grammar = frozenset(known), GRAMMARS[style]
    pairs = list(combinations(_known(grammar.nouns, words), 2))
    frames = [frame for verb in grammar.verbs for frame in _frames(*verb) if _known(frame, words) == frame]
    tails = _known(grammar.tails, words)
    possible = len(pairs) * len(frames) * len(tails)
    if n > possible:
        raise TextError("The words that the model knows make {possible} quadruples of phrases, fewer than {n}.",
                        "Ask for fewer, or choose a model with a larger vocabulary.", possible=possible, n=n)
    rng = random.Random(seed)
    drawn = []
    for rank in rng.sample(range(possible), n):
        rest, tail = divmod(rank, len(tails))
        pair, frame = divmod(rest, len(frames))
        agent, patient = rng.sample(pairs[pair], 2)  # either may act in the first phrase
        drawn.append(_quadruple(agent, patient, frames[frame], tails[tail]))
    return tuple(drawn)


def _known(phrases: tuple[str, ...], words: frozenset[str]) -> tuple[str, ...]:
    return tuple(phrase for phrase in phrases if words.issuperset(phrase.split()))


def _frames(present: str, past: str, participle: str, progressive: str) -> tuple[tuple[str, str], ...]:
    """What stands between the two people in the active and in the passive, for three tenses."""
    return ((present, f"is {participle} by"), (past, f"was {participle} by"),
            (f"is {progressive}", f"is being {participle} by"))


def _quadruple(agent: str, patient: str, frame: tuple[str, str], tail: str) -> PhraseQuadruple:
    active, passive = frame
    return PhraseQuadruple(*(f"{first} {middle} {second} {tail}".rstrip() for first, middle, second in (
        (agent, active, patient), (patient, active, agent), (patient, passive, agent), (agent, passive, patient))))


def paper_phrases() -> tuple[PaperPhrase, ...]:
    """The twelve phrases of figure 2 of Sutskever, Vinyals and Le (2014), six a panel, meaning by meaning."""
    left = [PaperPhrase(f"{agent} {verb} {patient}", "left", f"{agent} → {patient}")
            for agent, patient in (("Mary", "John"), ("John", "Mary"))
            for verb in ("admires", "respects", "is in love with")]
    right = [PaperPhrase(text, "right", f"{giver} → {receiver}")
             for giver, receiver, was, by in (("I", "her", "She was", "me"), ("she", "me", "I was", "her"))
             for text in (f"{giver[0].upper()}{giver[1:]} gave {receiver} a card in the garden",
                          f"In the garden, {giver} gave {receiver} a card",
                          f"{was} given a card by {by} in the garden")]
    return (*left, *right)

"""Models of the same sizes that have learned nothing."""

from core.analysis.untrained import draw_untrained
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig, CharacterEncoder


def draw_bilm(config: BiLMConfig, seed: int = 0) -> BiLM:
    """A bidirectional language model as training begins with one."""
    return draw_untrained(lambda: BiLM(config), seed=seed)


def draw_encoder(config: CharacterConfig, seed: int = 0) -> CharacterEncoder:
    """A character layer alone, likewise."""
    return draw_untrained(lambda: CharacterEncoder(config), seed=seed)

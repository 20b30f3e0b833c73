"""Colours with a meaning of their own; every other colour comes from the theme.

They are legible on the light and on the dark page (at least 3:1 on both), since a figure cannot know
which one it stands on.
"""

VECTOR_COLOURS = {"c": "#D1495B", "h": "#3D85C6", "c_up": "#2A9D74",  # c red and h blue, as in the seed
                  "i": "#B4762C", "f": "#8E6BBF", "g": "#C2559C", "o": "#6F8A2F"}
NEUTRAL = "#7F8794"                    # context: null bands, guides, what is not the point
FAINT = "rgba(127,135,148,0.18)"       # fills that must stay behind
ACCENT = "#D08A18"                     # the cursor
PHRASE_COLOURS = {"VP": "#D1495B", "NP": "#3D85C6", "PP": "#2A9D74", "S": "#8E6BBF", "SBAR": "#B4762C"}
LINE_COLOURS = ("#D1495B", "#3D85C6", "#2A9D74", "#B4762C", "#8E6BBF", "#C2559C", "#6F8A2F", "#4F9CA8")


def show_token(token: str) -> str:
    """A token as figures write it: markers without their angle brackets.

    >>> show_token("<ST>"), show_token("(NP")
    ('ST', '(NP')
    """
    return token[1:-1] if token in ("<ST>", "<ED>", "<UNK>") else token


def write_token(token: str) -> str:
    """`show_token` for Plotly, which reads ``<b>`` and ``&amp;`` in texts as markup."""
    return show_token(token).replace("&", "&amp;").replace("<", "&lt;")


def name_axis_tokens(tokens: tuple[str, ...]) -> list[str]:
    """Tokens as unique category names: equal tokens differ by invisible characters.

    A category axis thins its labels by itself when there is no room for all of them.
    """
    seen: dict[str, int] = {}
    names = []
    for token in tokens:
        shown = write_token(token)
        names.append(shown + "\u200b" * seen.get(shown, 0))
        seen[shown] = seen.get(shown, 0) + 1
    return names

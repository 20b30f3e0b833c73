"""``python -m core.ui.locale``: bring ja.po in line with the sources and say what is left to translate."""

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from core.ui.language import CATALOGUE
from core.ui.locale.collect import collect_texts

_HEADER = """\
# Japanese texts of the interface. Keep every {field}; its order may change.
# `python -m core.ui.locale` adds what the sources ask for and removes what they no longer use."""


def update_catalogue() -> tuple[list[str], list[str]]:
    """Rewrite ja.po in the order of the sources; new msgids get an empty msgstr, unused ones go.

    Returns
    -------
    untranslated, removed : list of str
    """
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="ja")
    old = {m.id: m for m in catalogue if m.id}
    new = Catalog(locale="ja", project="Wordglass", version="1", charset="utf-8", fuzzy=False,
                  language_team="ja", header_comment=_HEADER,
                  creation_date=catalogue.creation_date, revision_date=catalogue.revision_date)
    for text, place in collect_texts().items():
        known = old.get(text)
        new.add(text, known.string if known else "", locations=[(place.partition(":")[0], None)],
                user_comments=known.user_comments if known else ())
    with CATALOGUE.open("wb") as file:
        write_po(file, new, width=100, omit_header=False)
    return [m.id for m in new if m.id and not m.string], [text for text in old if text not in new]


if __name__ == "__main__":
    untranslated, removed = update_catalogue()
    for text in removed:
        print(f"removed       {text}")
    for text in untranslated:
        print(f"to translate  {text}")
    print(f"{CATALOGUE}: {len(untranslated)} to translate, {len(removed)} removed")

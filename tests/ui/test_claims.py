"""How Claims speaks of every system."""

import pytest

from core.reproduce.systems import SYSTEMS
from core.ui import claims
from core.ui.registry import PAGES
from tests.claim_records import read_shipped_records

RECORDS = read_shipped_records()


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_has_its_texts(system):
    own = [record for record in RECORDS if record.id.startswith(f"{system}.")]
    assert claims.system_name(system) != system and claims.describe_method(system) and claims.explain_plot(own)
    assert all(claims.seed_name(record.seed) != record.seed for record in own)


def test_documents_are_told_apart():
    assert len({claims.seed_name(record.seed) for record in RECORDS}) == len(SYSTEMS)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_every_claim_is_shown_on_a_page_of_the_lab(record):
    stem, query = claims.find_view(record)
    assert stem in {entry.stem for entry in PAGES} or (not stem and not record.checkpoint)
    assert all(isinstance(value, str) for value in query.values())


def test_a_control_that_nobody_names_is_shown_as_it_is_written():
    assert claims.control_name("M*") == "M*" and claims.control_name("mean of 5 alone") == "mean of 5 models alone"


def test_no_two_systems_name_one_control():
    names = {name.rsplit(" ", 1)[0] for record in RECORDS for name in record.control.split(", ") if name}
    for name in names:
        named = [system for system, texts in claims._TEXTS.items() if texts.control_name(name)]
        assert len(named) <= 1, (name, named)

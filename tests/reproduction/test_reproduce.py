"""The claims: complete records, results that belong to their weights, a command others can read."""

import json
import shutil
from dataclasses import fields, replace

import pytest

from core.analysis.results import result_folder, save_result
from core.checkpoints.store import list_checkpoints, load_card
from core.errors import AnalysisError
from core.reproduce.__main__ import main
from core.reproduce.claims import ClaimRecord
from core.reproduce.lstm import SYSTEM
from core.reproduce.lstm.heldout import load_held_out
from core.reproduce.studies import result_name
from core.reproduce.systems import SYSTEMS

IDS = """lstm.k1.depth_r lstm.k1.ed_accuracy lstm.k1.c_beats_h lstm.k2.depth_r lstm.k2.close_beats_open
lstm.k3.ed_accuracy lstm.k4.ed_accuracy lstm.k4.vp_r lstm.lisp.depth_r lstm.k4.cup_levels lstm.dyck.generalisation
lstm.k4.vp_depth_r2_linear lstm.k4.vp_depth_r2_lasso lstm.k4.vp_depth_r2_single lstm.k5.vp_depth_c_best
lstm.k4.vp_overlap lstm.k4.vp_l1_accuracy lstm.k5.pos_cup_beats_c lstm.k5.pos_cup_beats_c_plane
lstm.snap.depth_r_kept""".split()
FIELDS = [f.name for f in fields(ClaimRecord)]


@pytest.fixture
def own_copy(measured_folder, scratch_cache):
    """The same in a cache the test may damage."""
    return shutil.copytree(measured_folder, scratch_cache)


def test_every_claim_has_a_record(scratch_cache):
    records = SYSTEM.measure()
    assert [record.id for record in records] == IDS
    for record in records:
        assert list(record.to_dict()) == FIELDS
        assert record.seed == "000" and record.figure and record.claim and record.reported
        assert (record.ours, record.low, record.high, record.holds, record.n) == (None, None, None, None, 0)


def test_ids_are_unique_and_named_after_their_system():
    for name, system in SYSTEMS.items():
        ids = [record.id for record in system.measure()]
        assert len(set(ids)) == len(ids) and all(i.startswith(f"{name}.") for i in ids)


def test_measured_claims_say_what_they_rest_on(measured):
    records = {record.id: record for record in SYSTEM.measure()}
    for id, record in records.items():
        if not id.startswith(("lstm.k1", "lstm.k4", "lstm.snap")):  # the tiny checkpoints are of kinds 1 and 4
            assert record.ours is None
            continue
        assert -1 <= record.low <= record.high <= 1 and -1 <= record.ours <= 1
        assert record.n > 0 and isinstance(record.holds, bool) and record.control
        assert record.corpus == "demo" and "documents" in record.split
        assert load_card(record.checkpoint).kind == (int(id[6]) if id[5] == "k" else 1)


def test_command_prints_records_as_json(measured, capsys):
    assert main(["lstm", "--json"]) == 2  # two kinds have no checkpoint
    records = json.loads(capsys.readouterr().out)
    assert [record["id"] for record in records] == IDS and all(list(record) == FIELDS for record in records)
    assert records == [record.to_dict() for record in SYSTEM.measure()]


def test_command_prints_a_line_for_what_is_not_measured(scratch_cache, capsys):
    assert main(["lstm"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(IDS) and all("not measured" in line for line in lines)


def test_command_refuses_an_unknown_system(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["nonesuch"])
    assert stop.value.code == 2 and "nonesuch" in capsys.readouterr().err


def test_results_are_the_same_when_computed_again(own_copy, capsys):
    before = [record.to_dict() for record in SYSTEM.measure()]
    for card in list_checkpoints("lstm")[0]:
        for study in ("", "sparsity"):
            shutil.rmtree(result_folder(result_name(card.id, study=study)))
    assert all(record.ours is None for record in SYSTEM.measure() if record.id.startswith("lstm.k1"))
    main(["lstm", "--recompute", "--missing", "--json"])
    after = json.loads(capsys.readouterr().out)
    for old, new in zip(before, after, strict=True):
        assert {k: v for k, v in new.items() if k != "control"} == pytest.approx(
            {k: v for k, v in old.items() if k != "control"})


def test_results_of_other_weights_are_not_believed(own_copy):
    card = list_checkpoints("lstm")[0][0]
    result = load_held_out(card)
    save_result(result_name(card.id), result, parents={"weights": "0" * 64})
    with pytest.raises(AnalysisError, match="other weights"):
        load_held_out(card)
    assert all(r.ours is None for r in SYSTEM.measure() if r.id.startswith("lstm.k1"))
    other = card.model_copy(update={"weights": card.weights.model_copy(update={"sha256": "0" * 64})})
    assert load_held_out(other).n_tokens == result.n_tokens


@pytest.mark.parametrize("damage", [
    lambda folder: (folder / "manifest.json").write_text("{"),
    lambda folder: (folder / "arrays.safetensors").write_bytes(b"\0" * 64),
    lambda folder: (folder / "arrays.safetensors").unlink(),
], ids=["manifest", "arrays", "missing"])
def test_damaged_results_count_as_not_measured(own_copy, damage):
    card = list_checkpoints("lstm")[0][0]
    damage(result_folder(result_name(card.id)))
    assert all(r.ours is None for r in SYSTEM.measure() if r.id.startswith("lstm.k1"))
    assert any(r.ours is not None for r in SYSTEM.measure())


def test_records_can_be_replaced_but_not_changed():
    record = ClaimRecord("a", "000", "f", "c", "r")
    with pytest.raises(AttributeError):
        record.ours = 1.0
    assert replace(record, ours=1.0).ours == 1.0


def test_shipped_counter_counts():
    """The bracket model that ships has a cell that follows the depth, and c shows it better than h."""
    records = {record.id: record for record in SYSTEM.measure()}
    assert records["lstm.k1.depth_r"].ours > 0.95
    assert records["lstm.k1.c_beats_h"].low > 0

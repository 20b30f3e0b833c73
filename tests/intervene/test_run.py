"""Running a model while something changes its cells, against plain loops over torch's own cell."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AnalysisError
from core.intervene.edits import CellEdit, ColumnAblation, Snap
from core.intervene.run import Changes, run_changed
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.states.lstm import record_batch


def make_model(hidden=9, layers=1):
    torch.manual_seed(3)
    return LSTMLanguageModel(LSTMConfig(20, 5, hidden, n_layers=layers)).eval()


MODEL = make_model()
IDS = torch.randint(20, (8, 3), generator=torch.Generator().manual_seed(0))


def run_plainly(model, ids, act):
    """c and h of `nn.LSTMCell`, with `act(t, c)` applied to c, and h = o tanh(c) taken again."""
    own, hidden = model.layers[0], model.config.hidden_size
    h = c = torch.zeros(ids.shape[1], hidden)
    cs, hs = [], []
    with torch.no_grad():
        for t in range(len(ids)):
            z = model.embedding(ids[t]) @ own.w_ih.T + h @ own.w_hh.T + own.b
            i, f, g, o = z.split(hidden, 1)
            c = act(t, c * f.sigmoid() + i.sigmoid() * g.tanh(), c * f.sigmoid(), i.sigmoid() * g.tanh())
            h = o.sigmoid() * c.tanh()
            cs.append(c)
            hs.append(h)
    return torch.stack(cs), torch.stack(hs)


def test_without_an_edit_nothing_changes_by_a_bit():
    plain = record_batch(MODEL, IDS).layers[0]
    for change in (None, Changes(()), Changes((CellEdit("set", ()),)), CellEdit("scale", (2,), (1.0,))):
        own = run_changed(MODEL, IDS, change).layers[0]
        assert all(torch.equal(getattr(own, name), getattr(plain, name)) for name in ("c", "h", "c_up", "o"))


@pytest.mark.parametrize("hidden", [9, 160])  # 160: the weights are packed for the CPU's kernels
def test_known_steps_before_the_edit_change_nothing(hidden):
    model, edit = make_model(hidden), CellEdit("set", (1,), (0.7,), first=4)
    known = record_batch(model, IDS)
    whole, short = run_changed(model, IDS, edit), run_changed(model, IDS, edit, known=known)
    assert torch.equal(whole.layers[0].c, short.layers[0].c) and torch.equal(whole.layers[0].h, short.layers[0].h)
    assert torch.equal(short.layers[0].c[:4], known.layers[0].c[:4])
    assert not torch.equal(short.layers[0].h[5:], known.layers[0].h[5:])


@given(st.sampled_from(["set", "scale", "swap"]), st.integers(0, 9), st.booleans(), st.floats(-3, 3, width=32))
def test_every_edit_equals_a_plain_loop(action, first, once, value):
    def act(t, c, kept, up):
        if t < first or (t > first and (once or action == "swap")):
            return c
        c = c.clone()
        if action == "swap":
            c[:, 2], c[:, 5] = c[:, 5].clone(), c[:, 2].clone()
        else:
            c[:, [2, 5]] = c[:, [2, 5]] * value if action == "scale" else value
        return c

    edit = CellEdit(action, (2, 5), () if action == "swap" else (value, value), first, once)
    own = run_changed(MODEL, IDS, edit).layers[0]
    c, h = run_plainly(MODEL, IDS, act)
    torch.testing.assert_close(own.c, c, atol=2e-4, rtol=1e-4)
    torch.testing.assert_close(own.h, h, atol=1e-4, rtol=1e-4)


def test_snapping_replaces_the_update_by_its_nearest_level():
    levels = np.array([[-0.3, 0.0, 0.2]], np.float32)
    table = torch.from_numpy(levels[0])

    def act(t, c, kept, up):
        return kept + table[(up[..., None] - table).abs().argmin(-1)]

    own = run_changed(MODEL, IDS, Snap(levels)).layers[0]
    c, h = run_plainly(MODEL, IDS, act)
    torch.testing.assert_close(own.c, c, atol=1e-5, rtol=0)
    torch.testing.assert_close(own.h, h, atol=1e-5, rtol=0)
    per_cell = run_changed(MODEL, IDS, Snap(np.repeat(levels, 9, 0))).layers[0]
    assert torch.equal(per_cell.c, own.c)


def test_every_column_loses_its_own_cell():
    ids = IDS[:, :1].expand(-1, 4).contiguous()
    own = run_changed(MODEL, ids, ColumnAblation(torch.tensor([0, 3, 8, -1]), torch.tensor([0.0, 0.5, 0.0, 9.0])))
    for column, (cell, value) in enumerate(((0, 0.0), (3, 0.5), (8, 0.0))):
        alone = run_changed(MODEL, IDS[:, :1], CellEdit("set", (cell,), (value,))).layers[0]
        torch.testing.assert_close(own.layers[0].h[:, column], alone.h[:, 0], atol=1e-6, rtol=0)
    torch.testing.assert_close(own.layers[0].h[:, 3], record_batch(MODEL, IDS).layers[0].h[:, 0], atol=1e-6, rtol=0)


def test_a_change_of_the_first_layer_reaches_the_second():
    model = make_model(layers=2)
    plain, own = record_batch(model, IDS), run_changed(model, IDS, CellEdit("set", (0,), (2.0,), first=3))
    assert torch.equal(plain.layers[1].h[:3], own.layers[1].h[:3])
    assert not torch.equal(plain.layers[1].h[3:], own.layers[1].h[3:])


def test_the_model_is_only_read():
    before = {n: t.clone() for n, t in MODEL.state_dict().items()}
    run_changed(MODEL, IDS, Snap(np.array([[-1, 0, 1]], np.float32)))
    assert all(torch.equal(t, before[n]) for n, t in MODEL.state_dict().items()) and not MODEL.training


@pytest.mark.parametrize("edit", [
    CellEdit("melt", (0,), (1.0,)), CellEdit("set", (9,), (1.0,)), CellEdit("set", (-1,), (1.0,)),
    CellEdit("set", (1,), ()), CellEdit("swap", (1,)), CellEdit("swap", (1, 1)), CellEdit("scale", (1,), (np.nan,)),
    Snap(np.zeros((3, 2), np.float32)), Snap(np.zeros((1, 0), np.float32))])
def test_an_edit_that_does_not_fit_is_refused(edit):
    with pytest.raises(AnalysisError):
        edit.check(9)

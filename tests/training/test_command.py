"""The command line and what it says while a run goes on."""

import io
import os
import re
import subprocess
import sys

import pytest

from core.errors import TrainingError
from core.settings import ROOT
from core.training import __main__ as command
from core.training import progress
from core.training.memory import keep_large_blocks
from core.training.progress import Progress
from tests.training.toy_counts import draw_articles, write_text


def run_main(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["core.training", *arguments])
    return command.main()


def test_help_explains_every_setting():
    done = subprocess.run([sys.executable, "-m", "core.training", "lstm", "--help"], cwd=ROOT, capture_output=True,
                          text=True, timeout=60, env={**os.environ, "COLUMNS": "120"})
    assert done.returncode == 0
    for word in ("--kind", "--hidden-size", "--corpora", "--learning-rate", "linearisation"):
        assert word in done.stdout


def test_arguments_reach_the_run(monkeypatch, capsys, tiny_checkpoint):
    from core.checkpoints.store import load_card
    seen = []
    monkeypatch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
    card = load_card(tiny_checkpoint.words)
    monkeypatch.setattr(command, "train_lstm", lambda settings: seen.append(settings) or card)
    assert run_main(monkeypatch, "lstm", "--kind", "4", "--hidden-size", "64", "--corpora", "gum", "craft") == 0
    assert (seen[0].kind, seen[0].hidden_size, seen[0].corpora) == (4, 64, ("gum", "craft"))
    assert capsys.readouterr().out.startswith(f"{card.id}: test perplexity ")


@pytest.mark.parametrize(("error", "code", "says"), [
    (TrainingError("{name} is odd.", "Make it even.", name="x"), 1, "error: x is odd. Make it even.\n"),
    (KeyboardInterrupt(), 130, "Stopped. The same command goes on from the last saved state.\n"),
])
def test_failures_end_in_one_line_and_a_code(monkeypatch, capsys, error, code, says):
    def fail(_):
        raise error
    monkeypatch.setattr(command, "train_lstm", fail)
    assert run_main(monkeypatch, "lstm") == code
    assert capsys.readouterr().err == says


def test_concepts_and_a_run_from_the_command_line(monkeypatch, capsys, scratch_cache, tmp_path):
    text = str(write_text(tmp_path / "text.txt", draw_articles()))
    shape = ("--corpus", text, "--vocabulary", "40", "--window", "4", "--dimension", "8")
    assert run_main(monkeypatch, "qwem", *shape) == 0
    out = capsys.readouterr()
    assert re.match(r"qwem-40-[0-9a-f]{8}: 8 eigenpairs of 40 words, residuals up to .* λ; 7,200 tokens in", out.out)
    assert "read 100%" in out.err and "tokens/s" in out.err and "found 8 eigenpairs in" in out.err
    assert run_main(monkeypatch, "qwem-run", *shape, "--duration", "1", "--device", "cpu") == 0
    out = capsys.readouterr()
    assert re.match(r"qwem-run-40-[0-9a-f]{8}: [0-9,]+ steps of 40 words in", out.out) and "steps/s" in out.err
    assert run_main(monkeypatch, "qwem", *shape, "--window", "0") == 1
    assert capsys.readouterr().err == "error: The setting window is 0. Give a number from 1 to 1000.\n"


@pytest.mark.parametrize("arguments", [("lstm", "--kind", "6"), ("lstm", "--no-such"), ("gru",), (),
                                       ("qwem", "--weights", "cubic"), ("qwem-run", "--loss", "x")])
def test_unknown_arguments_are_refused(monkeypatch, capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        run_main(monkeypatch, *arguments)
    assert caught.value.code == 2


class Clock:
    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(progress.time, "monotonic", lambda: self.now)


def test_progress_tells_rate_and_time_left(monkeypatch, capsys):
    clock = Clock(monkeypatch)
    line = Progress(total=10_000, started=100.0)
    clock.now, line.done = 110.0, 2_000
    line.report("epoch 0")
    assert capsys.readouterr().err == "epoch 0  200 tokens/s  0:00:40 left\n"


def test_progress_of_a_resumed_run_counts_only_its_own_speed(monkeypatch, capsys):
    clock = Clock(monkeypatch)
    line = Progress(total=10_000, started=100.0)
    line.resume_at(9_000)
    clock.now, line.done = 105.0, 9_500
    line.report("epoch 3")
    assert capsys.readouterr().err == "epoch 3  100 tokens/s  0:00:05 left\n"


def test_progress_is_quiet_between_reports_unless_forced(monkeypatch, capsys):
    clock = Clock(monkeypatch)
    line = Progress(total=100)
    for seconds in (1, 2, 3, 6, 7):
        clock.now = 100.0 + seconds
        line.report(f"at {seconds}")
    line.report("forced", force=True)
    said = [row.split("  ")[0] for row in capsys.readouterr().err.splitlines()]
    assert said == ["at 1", "at 6", "forced"]


def test_progress_before_the_first_token_knows_no_time(monkeypatch, capsys):
    Clock(monkeypatch)
    Progress(total=100).report("start")
    assert "? left" in capsys.readouterr().err


def test_a_terminal_has_its_line_rewritten(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    Progress(total=100).report("a")
    assert stream.getvalue().endswith("\r")


@pytest.mark.parametrize("platform", [sys.platform, "darwin", "win32"])
def test_keeping_memory_is_harmless_everywhere(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    keep_large_blocks()

"""What every file of this repository keeps to, beside the arrows that `lint-imports` holds."""

import ast
import doctest
import importlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import ROOT

MAX_LINES = 400
MAX_FILE_MB, MAX_TRACKED_MB = 40, 200


def scripts(*places: str) -> list[Path]:
    found = (ROOT.joinpath(place) for place in places)
    return sorted(p for place in found for p in ([place] if place.is_file() else place.rglob("*.py")))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


CORE = scripts("core")
PRODUCT = scripts("core", "pages", "app.py")
each_core_file = pytest.mark.parametrize("path", CORE, ids=relative)
each_file = pytest.mark.parametrize("path", PRODUCT, ids=relative)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imported(tree: ast.Module) -> set[str]:
    """Modules that a file imports anywhere, with the names taken from them: ``os``, ``os.environ``."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def dangers(tree: ast.Module) -> Iterator[str]:
    """Ways in which a file could run what it only meant to read, or trust what it only meant to show."""
    for name in imported(tree):
        if name.split(".")[0] in ("pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"):
            yield f"imports {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("eval", "exec", "torch.load", "yaml.load", "os.system"):
                yield f"line {node.lineno} calls {called}"
            for keyword in node.keywords:
                wanted = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                if keyword.arg in ("unsafe_allow_html", "allow_pickle", "shell") and not wanted:
                    yield f"line {node.lineno} passes {keyword.arg}"


@each_core_file
def test_no_file_outgrows_its_room(path):
    n = len(path.read_text("utf-8").splitlines())
    assert n <= MAX_LINES, f"{relative(path)} has {n} lines; split it"


@each_core_file
def test_every_module_says_what_it_is(path):
    tree = parsed(path)
    assert not tree.body or ast.get_docstring(tree), f"{relative(path)} has no docstring"


@each_file
def test_nothing_runs_or_trusts_what_it_reads(path):
    assert list(dangers(parsed(path))) == []


@pytest.mark.parametrize("code", [
    "import pickle", "from pickle import loads", "import torch\ntorch.load('x')", "eval('1')", "exec('1')",
    "st.markdown('<b>', unsafe_allow_html=True)", "np.load('x', allow_pickle=True)", "joblib", "import joblib",
])
def test_the_check_for_dangers_sees_them(code):
    assert bool(list(dangers(ast.parse(code)))) == (code != "joblib")


def test_the_check_for_dangers_lets_harmless_code_pass():
    assert not list(dangers(ast.parse("model.eval()\nnp.load('x', allow_pickle=False)\nsafetensors.torch.load(b'')")))


@pytest.mark.parametrize("path", [p for p in PRODUCT if relative(p) != "core/settings.py"], ids=relative)
def test_only_settings_reads_the_environment(path):
    tree = parsed(path)
    read = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | imported(tree)
    assert not read & {"os.environ", "os.getenv", "os.environb", "os.putenv"}


@pytest.mark.parametrize("path", scripts("core"), ids=relative)
def test_streamlit_is_known_to_the_interface_alone(path):
    if "ui" not in path.relative_to(ROOT).parts:
        assert not {name for name in imported(parsed(path)) if name.split(".")[0] == "streamlit"}


@pytest.mark.parametrize("path", scripts("pages"), ids=relative)
def test_pages_ask_and_draw_but_do_not_compute(path):
    names = imported(parsed(path))
    assert not {n for n in names if n.split(".")[0] in ("torch", "sklearn", "scipy", "umap", "pages", "app")}


@pytest.mark.parametrize("path", scripts("pages"), ids=relative)
def test_pages_define_nothing_that_a_rerun_would_make_anew(path):
    assert not [node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("path", [p for p in CORE if ">>> " in p.read_text("utf-8")], ids=relative)
def test_examples_in_docstrings_hold(path):
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Files that git tracks or would track."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("git is not here, or this is no clone: nothing says which files are tracked")
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, check=True, text=True).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_tracked_files_stay_small(tracked):
    sizes = {relative(path): path.stat().st_size / 2**20 for path in tracked}
    assert {name: size for name, size in sizes.items() if size >= MAX_FILE_MB} == {}
    assert sum(sizes.values()) < MAX_TRACKED_MB


def test_tracked_text_names_no_place_of_one_machine(tracked):
    places = ["/" + name + "/" for name in ("work", "farm", "root")]
    for path in tracked:
        if path.suffix in (".py", ".md", ".toml", ".txt", ".json", ".po", "") and path.stat().st_size < 2**20:
            text = path.read_text("utf-8", errors="replace")
            found = [before + place for place in places for before in " \"'`=\n(" if before + place in text]
            assert not found, f"{relative(path)} names {found}"

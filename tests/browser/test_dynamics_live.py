"""An embedding trained in front of the reader: it grows, stops, goes on and becomes a recorded run."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from core import settings
from core.jobs import store
from tests.browser import lab
from tests.word2vec_lab import build_lab


@pytest.fixture(scope="module")
def training_lab(tmp_path_factory):
    """The real app on a cache of its own, so that runs of the tests stay there."""
    cache = tmp_path_factory.mktemp("dynamics") / "cache"
    shutil.copytree(build_lab(), cache)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(cache))
        with lab.serve(settings.ROOT) as address:
            yield address


def test_a_run_is_stopped_resumed_and_opened_among_the_recorded_ones(open_page, wait_idle, training_lab):
    page = open_page("/dynamics?lvv=400&lvinit=-9", server=training_lab)
    wait_idle(page)
    page.get_by_role("button", name="Train and watch").click()
    expect(page.locator(".st-key-lv-curves .js-plotly-plot").first).to_be_visible(timeout=60_000)
    page.locator(".st-key-lvstop button").click()
    expect(page.get_by_text("its state is saved")).to_be_visible(timeout=30_000)
    job, = store.list_jobs("qwem")
    assert job.state == "stopped"
    page.get_by_role("button", name="Resume").click()
    opened = page.get_by_role("button", name="Open it among the recorded trainings")
    expect(opened).to_be_visible(timeout=120_000)  # by itself: nobody reloads the page
    opened.click()
    expect(page).to_have_url(re.compile(f"dyrun={store.read_job(job.id).result['checkpoint']}"))
    assert "Traceback" not in page.content()

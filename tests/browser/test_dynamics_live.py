"""An embedding trained in front of the reader: it grows, stops, goes on and becomes a recorded run."""

import re

from playwright.sync_api import expect

from core.jobs import store


def test_a_run_is_stopped_resumed_and_opened_among_the_recorded_ones(open_page, wait_idle, training_lab):
    page = open_page("/dynamics?lvv=250&lvinit=-9", server=training_lab)
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

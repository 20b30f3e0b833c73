"""A model trained in front of the reader: its figure grows, and it stops when it is told to."""

import re

from playwright.sync_api import expect

from core.jobs import store


def shown_epoch(page):
    text = page.get_by_test_id("stProgress").first.inner_text(timeout=30_000)
    found = re.search(r"epoch ([\d.]+) of", text)
    return float(found[1]) if found else -1.0


def test_a_run_is_watched_and_stopped(open_page, wait_idle, training_lab):
    page = open_page("/learning?wsize=60&wep=40", server=training_lab)
    wait_idle(page)
    scrubbers = page.locator(".st-key-learning .slider-rail-touch-rect")
    expect(scrubbers).to_have_count(1)
    page.get_by_role("button", name="Train and watch").click()
    live = page.locator(".st-key-live .js-plotly-plot")
    expect(live.first).to_be_visible(timeout=60_000)
    first = shown_epoch(page)
    page.wait_for_function("""first => { const bar = document.querySelector('[data-testid=stProgress]');
                              const found = bar && bar.innerText.match(/epoch ([\\d.]+) of/);
                              return found && parseFloat(found[1]) > first; }""", arg=first, timeout=30_000)
    job, = store.list_jobs("learn")
    rows = len(store.read_progress(job.id)[0])
    page.locator(".st-key-wstop button").click()  # Streamlit may show a Stop of its own
    expect(page.get_by_text("its state is saved")).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-live .slider-rail-touch-rect")).to_have_count(1)  # the scrubber over what was seen
    assert live.last.evaluate("e => e._transitionData._frames.length") >= rows - 1
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert store.read_job(job.id).state == "stopped"
    assert page.url.count(f"wrun={job.id}") <= 1 and "Traceback" not in page.content()

"""A table dropped into the page becomes a network: its curves grow, it stops when told to, and other pages open it."""

import re

from playwright.sync_api import expect

from core.jobs import store
from core.ui.registry import find_page
from tests.browser.test_pages import plot

FIGURES = "[...document.querySelectorAll('.st-key-ty-live .js-plotly-plot')]"
EPOCHS_DRAWN = f"Math.max(0, ...{FIGURES}.map(e => e._fullData?.[1]?.x.length ?? 0))"


def write_table(n: int) -> bytes:
    names = ("rain", "snow")
    return "\n".join(["text,label", *(f'"day {i % 7}, and {names[i % 2]} again",{names[i % 2]}' for i in range(n))]
                     ).encode()


def upload(page, data: bytes):
    page.locator("input[type=file]").set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": data})


def test_a_table_is_uploaded_trained_on_and_its_network_opened(open_page, wait_idle, training_lab):
    page = open_page("/try_it?tydata=upload&tyep=5&tyf=20", server=training_lab)
    wait_idle(page)
    upload(page, b"text,label\nfine day,rain\n,snow\n")
    expect(page.get_by_test_id("stAlert").filter(has_text="Line 3")).to_be_visible()
    expect(page.get_by_role("button", name="Train and watch")).to_have_count(0)
    upload(page, write_table(60))
    expect(page.get_by_text("60 sentences; these are some of them.")).to_be_visible()
    page.get_by_role("button", name="Train and watch").click()
    expect(page.get_by_role("button", name="Delete")).to_be_visible(timeout=60_000)
    wait_idle(page)
    figure = plot(page, "ty-live")
    expect(figure).to_have_count(1)  # when the run ends, the last drawing stands beside the final one for a moment
    assert figure.evaluate("e => [1, 4].map(n => e._fullData[n].x.length)") == [5, 4]
    job, = store.list_jobs("classify")
    assert job.settings["digest"] not in page.url
    if find_page("unsettled").path.is_file():
        page.get_by_role("main").get_by_role("link", name="Unsettled words").click()
        expect(page).to_have_url(re.compile(rf"/unsettled\?.*cnn={job.result['checkpoint']}"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Unsettled words")
        wait_idle(page)
        expect(page.get_by_label("Network").first).to_have_value(re.compile(job.result["checkpoint"][-8:]))


def test_curves_grow_until_the_run_is_stopped(open_page, wait_idle, training_lab):
    page = open_page("/try_it?tyep=50&tyf=60&tyh=3%2C4%2C5&tych=multichannel&tyvec=random", server=training_lab)
    wait_idle(page)
    page.get_by_role("button", name="Train and watch").click()
    drawn = f"n => ({EPOCHS_DRAWN}) > n"
    page.wait_for_function(drawn, arg=0, timeout=60_000)
    page.wait_for_function(drawn, arg=page.evaluate(EPOCHS_DRAWN), timeout=60_000)
    wanted = "e => String(e.layout?.xaxis?.range) === '0.5,50.5'"  # while it is drawn anew it has none
    page.wait_for_function(f"{FIGURES}.some({wanted})")
    page.locator(".st-key-tystop button").click()
    expect(page.get_by_text("the same to the last bit")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()

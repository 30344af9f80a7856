"""The chat in a real browser: what a reporter does there, over the bundled corpus, with the real server behind it.

One server and one browser serve all tests. Nothing that the page asks for may come from anywhere but this machine.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE, environment
from scripted_server import Fault, Script, given, scripted

from assistant.desk.batches import RUNS
from assistant.desk.users import user_line
from index.corpus import BUNDLED, MAX_BYTES
from index.record import Record
from index.types import Article

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SYRIA = "What did each side say about Syria?"
DENIED = "Did Putin deny interfering in the election?"
KEY = "key-0123456789-abcdefghij"
HANGS = "Will this question hang?"
HANGING = f"""
import time
from assistant.chain import Assistant
from app import main
real = Assistant.ask
Assistant.ask = lambda self, text, *more, **named: time.sleep(600) if text == {HANGS!r} else real(self, text, *more, **named)
main()
"""

WATCH = """() => {
    window.seen = new Set();
    const look = () => seen.add(document.querySelectorAll(".turn:last-child .point").length);
    new MutationObserver(look).observe(document.querySelector("#talk"), { childList: true, subtree: true, attributes: true });
}"""

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs a browser at {CHROMIUM}: apt-get install chromium")

# -- the server and the browser -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """A chat that is being served, and its index."""

    address: str
    index: Path

    def article(self, name: str) -> Article:
        with Record(self.index) as record:
            return record.article(name)


@contextmanager
def serving(index: Path, *arguments: str, code: str = "from app import main; main()", model: Script | None = None) -> Iterator[Desk]:
    """A chat over an index, served by a process of its own, which is killed in the end; it finds its language models at ``model``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", code, "chat", "--index", str(index), "--port", str(port), *arguments]
    log = (index.parent / f"{port}.log").open("w+")
    named = {"READOUT_BASE_URL": model.address, "OPENAI_API_KEY": KEY} if model else {}
    with subprocess.Popen(command, cwd=index.parent, env=environment(**named), stdout=log, stderr=log) as process:
        try:
            while not listens(port):
                assert process.poll() is None, Path(log.name).read_text(encoding="utf-8")
            yield Desk(f"http://127.0.0.1:{port}/", index)
        finally:
            process.kill()


def listens(port: int) -> bool:
    """Whether a server answers at a port; looked up after a moment."""
    time.sleep(0.1)
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def window(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page that nobody used before. It must ask nobody but this machine, and nothing in it may go wrong unheard."""
    with browser.new_context(viewport=options.pop("viewport", {"width": 1280, "height": 900}), **options) as context:
        page, asked, wrong = context.new_page(), list[str](), list[str]()
        page.set_default_timeout(PATIENCE * 200)  # milliseconds: a fifth of it
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        yield page
        assert not [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
        assert not wrong


@pytest.fixture(scope="module")
def model() -> Iterator[Script]:
    """Where the chat finds its language models: they say what a test tells them to."""
    with scripted() as script:
        yield script


@pytest.fixture(scope="module")
def desk(bundled: Path, browser: Browser, model: Script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The chat, in its second life: in its first it was killed while it answered."""
    index = tmp_path_factory.mktemp("desk") / "index"
    shutil.copytree(bundled, index)
    with serving(index, code=HANGING) as first, window(browser) as page:
        page.goto(first.address)
        ask(page, DENIED)
        page.fill("#question textarea", HANGS)
        page.keyboard.press("Enter")
        page.wait_for_selector(".busy")
    with serving(index, model=model) as second:
        yield second


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    """The front page, as it is found by somebody new to it."""
    with window(browser) as opened:
        opened.goto(desk.address)
        yield opened


def ask(page: Page, question: str) -> Locator:
    """Type a question and wait for the whole answer."""
    page.wait_for_selector("#talk .conversation")
    before = page.locator(".turn .foot").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    return answered(page, before)


def answered(page: Page, before: int = 0) -> Locator:
    """The newest answer, when there is one more than before."""
    page.wait_for_function("before => document.querySelectorAll('.turn .foot').length > before", arg=before)
    return page.locator(".turn").last


def marked(page: Page, act: Callable[[], None]) -> str:
    """The words that are marked after something was done that opens the source."""
    page.evaluate("document.querySelector('#source .source')?.setAttribute('data-old', '')")
    act()
    page.wait_for_selector("#source .source:not([data-old]) mark")
    return folded(page.locator("#source mark").text_content())


def folded(text: str | None) -> str:
    return " ".join((text or "").split())


def texts(found: Locator) -> list[str]:
    return [folded(text) for text in found.all_text_contents()]


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


# -- 1 ask ----------------------------------------------------------------------------------------------------------------


def test_from_the_front_page_to_the_marked_words_in_two_clicks(page: Page, desk: Desk) -> None:
    page.locator(".examples button").first.click()
    cite = answered(page).locator(".cite").first
    assert marked(page, cite.click) == cite.get_attribute("data-quote")
    article = desk.article(folded(page.locator("#source footer").text_content()))
    assert folded(page.locator("#source .text").text_content()) == folded(article.text)
    header = folded(page.locator("#source header").text_content())
    assert [part for part in (article.outlet, article.title, (article.published or "date not stated")[:4]) if part not in header] == []
    assert page.locator("#source header a").get_attribute("href") == article.url
    mark, frame = page.locator("#source mark").bounding_box(), page.locator("#source .text").bounding_box()
    assert mark and frame and frame["y"] <= mark["y"] < mark["y"] + 20 < frame["y"] + frame["height"]


def test_points_arrive_one_after_another(page: Page) -> None:
    page.wait_for_selector("#talk .conversation")
    page.evaluate(WATCH)
    points = ask(page, SYRIA).locator(".point").count()
    assert points > 2
    assert {1, points} < set(page.evaluate("[...seen]"))


def test_a_citation_tells_its_quotation_under_the_pointer_and_the_focus(page: Page) -> None:
    cites = ask(page, SYRIA).locator(".cite")
    for number, act in ((0, cites.nth(0).hover), (1, cites.nth(1).focus)):
        act()
        page.wait_for_selector("#tip:visible")
        assert cites.nth(number).get_attribute("data-quote") in folded(page.locator("#tip").text_content())


def test_support_of_every_point_is_visible(page: Page) -> None:
    turn = ask(page, SYRIA)
    assert texts(turn.locator(".point .support:visible")) == ["verbatim"] * turn.locator(".point").count()


def test_evidence_of_earlier_answers_stays_and_never_mixes(page: Page) -> None:
    first, second = (ask(page, question).get_attribute("id") for question in (SYRIA, DENIED))
    assert first != second
    for turn in (first, second, first):
        cite = page.locator(f"#{turn} .cite").first
        assert (cite.get_attribute("data-n"), marked(page, cite.click)) == ("1", cite.get_attribute("data-quote"))
    assert page.locator(f"#{first} .cite").first.get_attribute("data-quote") != page.locator(f"#{second} .cite").first.get_attribute(
        "data-quote"
    )


def test_silence_is_an_answer_that_names_the_nearest(page: Page) -> None:
    turn = ask(page, "How many minutes did the call last?")
    assert "The articles do not say." in texts(turn)[0]
    cite = turn.locator(".body .cite, .plain .cite").first
    assert marked(page, cite.click) == cite.get_attribute("data-quote")


@pytest.mark.parametrize("question", ["   ", "?!", "¿Qué dijo Putin?"])
def test_what_cannot_be_asked_gets_a_word_and_is_not_kept(page: Page, question: str) -> None:
    page.wait_for_selector("#talk .conversation")
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice .failed")
    assert page.locator(".turn").count() == 0


# -- language models ------------------------------------------------------------------------------------------------------

LIE = "The Kremlin sent 4,000 soldiers home [1]."


def choose(page: Page, name: str) -> None:
    """Have a model answer that is none of those offered."""
    page.wait_for_selector("#model")
    page.get_by_label("answered by").select_option("Another model …")
    page.get_by_label("PROVIDER:NAME").fill(name)


def quoting(prompt: str) -> str:
    """A reply that quotes the first statement, and adds a lie."""
    words = given(prompt)[0].words.strip('“”"')
    return f"- “{words}” [1]\n- {LIE}"


def test_a_draft_is_called_one_and_becomes_the_verified_answer_wherever_its_reader_went(page: Page, model: Script) -> None:
    model.say(Fault(text="<b>They</b> lied about 4,000 things [1].", then="hold"), quoting)
    choose(page, "openai:draft")
    page.fill("#question textarea", SYRIA)
    page.keyboard.press("Enter")
    page.wait_for_selector(".draft >> text=<b>They</b> lied about 4,000 things")
    assert "openai:draft is writing. This is a draft: nothing in it is checked" in texts(page.locator(".busy[role=status]"))[0]
    assert findings(page) == []
    page.reload()
    page.wait_for_selector(".draft >> text=lied about")
    page.click("text=New conversation")
    page.wait_for_selector(".welcome")
    model.let_go.set()
    page.locator(".conversations button").first.click()
    turn = answered(page)
    assert turn.locator(".draft").count() == 0
    assert texts(turn.locator(".point .support:visible")).count("unsupported") == 1
    assert "4,000" in texts(turn.locator(".faults:visible"))[0]
    assert re.fullmatch(r"openai:draft · 100 \+ \d+ tokens · cost not stated · \d+\.\d s", texts(turn.locator(".took"))[0])
    for _ in ("light", "dark"):
        assert findings(page) == []
        page.click("[data-js=theme]")


def test_who_answers_is_chosen_for_a_conversation(page: Page, model: Script) -> None:
    model.say(quoting)
    choose(page, "openai:chosen")
    turn = ask(page, SYRIA)
    turn.locator(".chip", has_text="Euractiv").click()
    assert [text.split(" · ")[0] for text in texts(answered(page, 1).locator(".took"))] == ["openai:chosen"]
    page.click("text=New conversation")
    page.wait_for_selector(".welcome")
    assert page.get_by_label("answered by").input_value() == "extractive"
    assert ask(page, "What did Trump say about Syria?").locator(".took").count() == 0
    page.locator(".conversations button", has_text=SYRIA).first.click()
    page.wait_for_selector(".took")
    assert page.get_by_label("PROVIDER:NAME").input_value() == "openai:chosen"


def test_a_model_that_cannot_be_had_gets_a_word_and_the_question_stays(page: Page, model: Script) -> None:
    echo = {"error": {"message": f"no: {KEY}", "type": "no"}}
    model.say(Fault(404, body=echo), Fault(400, body=echo))
    choose(page, "openai:absent")
    page.fill("#question textarea", SYRIA)
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice .failed >> text=/^openai:absent: .* has no model 'absent'/")
    page.get_by_label("PROVIDER:NAME").fill("absent")
    page.click(".interrupted button")
    page.wait_for_selector("#notice .failed >> text=/^'absent' names no model/")
    page.get_by_label("PROVIDER:NAME").fill("openai:broken")
    page.click(".interrupted button")
    turn = answered(page)
    assert "Answered without the language model" in texts(turn.locator(".note"))[0]
    assert texts(page.locator("#notice")) == [""]
    assert KEY not in page.content()


# -- 2 follow-ups ---------------------------------------------------------------------------------------------------------


def test_a_follow_up_shows_the_question_as_understood(page: Page) -> None:
    ask(page, SYRIA)
    turn = ask(page, "Only Euractiv")
    assert "Syria" in texts(turn.locator(".understood"))[0]
    assert "Euractiv" in texts(turn.locator(".understood"))[0]


# -- 3 coverage and filters -----------------------------------------------------------------------------------------------


def test_the_strip_has_every_outlet_and_side_and_a_click_asks_it_alone(page: Page, desk: Desk) -> None:
    turn = ask(page, SYRIA)
    with Record(desk.index) as record:
        outlets, sides = record.outlets(), record.sides()
    assert sorted(texts(turn.locator(".chip[data-kind=outlet]"))) == sorted(outlets)
    assert sorted(texts(turn.locator(".chip[data-kind=side]"))) == sorted(sides)
    assert set(texts(turn.locator(".chip.silent"))) == {"Obama administration", "Democrats"}
    turn.locator(".chip", has_text="Euractiv").click()
    only = answered(page, 1)
    assert texts(only.locator(".understood"))[-1] == "Only Euractiv"
    assert {cite.get_attribute("data-where") for cite in only.locator(".cite").all()} == {"Euractiv"}


def test_a_click_on_a_side_asks_that_side(page: Page) -> None:
    ask(page, SYRIA).locator(".chip", has_text="Trump team").click()
    turn = answered(page, 1)
    assert "Syria" in texts(turn)[0]
    assert set(re.findall(r"hue-\d", " ".join(turn.locator(".point").evaluate_all("all => all.map(one => one.className)")))) == {"hue-1"}


def test_outlets_and_days_are_chosen_beside_the_question(page: Page) -> None:
    page.wait_for_selector("#form summary")
    page.click("#form summary")
    page.check("#form input[value=Euractiv]")
    page.fill("#form input[name=since]", "2016-11-15")
    turn = ask(page, SYRIA)
    assert texts(turn.locator(".understood")) == ["Only Euractiv · from 2016-11-15"]
    assert {cite.get_attribute("data-where") for cite in turn.locator(".cite").all()} == {"Euractiv"}
    page.fill("#form input[name=since]", "2030-01-01")
    assert "The articles do not say" in texts(ask(page, SYRIA))[0]


# -- 4 compare, ledger, corpus --------------------------------------------------------------------------------------------


def test_compare_puts_wordings_side_by_side_and_leads_to_their_places(page: Page) -> None:
    page.wait_for_selector("#talk .conversation")
    tab(page, "Compare")
    page.fill("form[data-do=compare] input", SYRIA)
    page.keyboard.press("Enter")
    page.wait_for_selector("table.compare")
    assert len(set(texts(page.locator("table.compare thead th")))) > 2
    assert page.locator("table.compare tbody tr").count() > 2
    cell = page.locator("table.compare td:has(ins)").first
    assert cell.count()
    assert texts(cell.locator(".words"))[0] in marked(page, cell.get_by_role("button").click)


def test_the_wordings_of_an_answer_are_one_click_away(page: Page) -> None:
    ask(page, SYRIA).get_by_role("button", name="Compare the wordings").click()
    page.wait_for_selector("table.compare:visible")


def test_the_ledger_is_filtered_and_a_row_opens_its_place(page: Page, desk: Desk) -> None:
    page.wait_for_selector("#talk .conversation")
    tab(page, "Ledger")
    page.wait_for_selector("#ledger tbody tr")
    with Record(desk.index) as record:
        said = record.statements()
    assert page.locator("#ledger tbody tr").count() == len(said)
    narrowed = [one for one in said if one.speaker == "Vladimir Putin" and one.side == "Kremlin" and one.article == "euractiv.txt"]
    page.fill("[data-live=filter] [name=speaker]", "vladimir putin")
    page.select_option("[data-live=filter] [name=side]", "Kremlin")
    page.select_option("[data-live=filter] [name=outlet]", "Euractiv")
    page.wait_for_function("number => document.querySelectorAll('#ledger tbody tr').length === number", arg=len(narrowed))
    longest = max(narrowed, key=lambda one: len(one.text))
    page.fill("[data-live=filter] [name=text]", longest.text)
    page.wait_for_function("() => document.querySelectorAll('#ledger tbody tr').length === 1")
    assert marked(page, page.locator("#ledger .row").click) == folded(longest.text)


def test_the_corpus_shows_its_articles_and_who_speaks_how_often(page: Page, desk: Desk) -> None:
    page.wait_for_selector("#talk .conversation")
    tab(page, "Corpus")
    page.wait_for_selector("table.corpus")
    shown = " ".join(texts(page.locator("table.corpus")))
    with Record(desk.index) as record:
        assert [one.title for one in record.articles() if folded(one.title) not in shown] == []
    assert "Kremlin" in (page.locator(".picture svg").get_attribute("aria-label") or "")
    assert page.locator(".picture rect").count() > 3
    page.fill("[data-live=seek] input", "malta")
    page.wait_for_function("() => document.querySelectorAll('table.corpus tbody tr').length === 1")
    page.locator("table.corpus .row").click()
    page.wait_for_selector("#source .outlet >> text=MaltaToday")


# -- a table of questions -------------------------------------------------------------------------------------------------


def upload_table(page: Page, path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    page.wait_for_selector("#talk .conversation", state="attached")
    tab(page, "Batch")
    page.set_input_files("#table input[type=file]", path)


def downloaded(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.locator("#downloads").get_by_text(name).click()
    return download.value.path().read_bytes().decode("utf-8")


def test_a_table_of_questions_is_answered_and_its_quotes_are_the_articles_own(page: Page, desk: Desk, tmp_path: Path) -> None:
    upload_table(page, tmp_path / "control.csv", f"id,question\n1,{SYRIA}\n2,<img src=x onerror=alert(1)>\n3,\n")
    page.wait_for_selector("#progress >> text=/Done: 3 rows; 1 answered, 1 abstained, 1 failed/")
    assert texts(page.locator("#rows tbody td.status")) == ["answered", "abstained", "failed"]
    assert "the question is empty" in texts(page.locator("#rows tbody tr").last.locator("td"))[3]
    rows = list(csv.DictReader(io.StringIO(downloaded(page, "CSV"), newline="")))
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    cited = json.loads(rows[0]["citations"])
    assert [one["quote"] for one in cited] == [desk.article(one["article"]).text[one["start"] : one["end"]] for one in cited] != []
    assert cited[0]["quote"].split()[0] in html.unescape(downloaded(page, "HTML"))
    assert findings(page) == []


def test_a_table_that_cannot_be_read_gets_a_clear_word_and_the_next_one_is_answered(page: Page, tmp_path: Path) -> None:
    words = {"none.csv": "none.csv has no column 'question'", "empty.csv": "empty.csv is empty", "book.xlsx": "book.xlsx is a workbook"}
    for name, word in words.items():
        upload_table(page, tmp_path / name, "" if name == "empty.csv" else "query\nWhy?\n")
        page.wait_for_selector(f"#batch .failed >> text=/^{word}/")
    upload_table(page, tmp_path / "good.csv", f"question\n{DENIED}\n")
    page.wait_for_selector("#progress >> text=/Done: 1 row;/")
    assert page.locator("#batch .failed").count() == 0


def test_a_person_has_one_table_at_a_time_and_can_stop_it_and_leaving_ends_it(page: Page, tmp_path: Path) -> None:
    long = "question\n" + "".join(f"What was said about Syria in {year}?\n" for year in range(20_000))
    upload_table(page, tmp_path / "long.csv", long)
    page.wait_for_selector("#rows tbody tr")
    upload_table(page, tmp_path / "next.csv", f"question\n{DENIED}\n")
    page.wait_for_selector("#batch .failed >> text=/^a table of yours is being answered/")
    page.get_by_role("button", name="Stop").press("Enter")
    page.wait_for_selector("#progress >> text=/Stopped: .* of 20,000 rows done/")
    assert len(list(csv.reader(io.StringIO(downloaded(page, "CSV"), newline="")))) > 1
    for _ in range(RUNS):  # as many as there may be at once
        upload_table(page, tmp_path / "long.csv", long)
        page.wait_for_selector("#progress .progress, #batch .failed")
        page.reload()
    done = page.locator("#progress", has_text="Done: 1 row;")
    for _ in range(int(PATIENCE)):  # a page that was left ends its run after the row it is at
        upload_table(page, tmp_path / "good.csv", f"question\n{DENIED}\n")
        page.wait_for_timeout(1000)
        if done.count():
            break
    assert done.count()


# -- a draft --------------------------------------------------------------------------------------------------------------


def test_a_pasted_draft_is_marked_beside_its_sources(page: Page, desk: Desk) -> None:
    page.wait_for_selector("#talk .conversation")
    tab(page, "Check")
    page.fill("#pasted", "   ")
    page.get_by_role("button", name="Check").click()
    page.wait_for_selector(".failed >> text=/holds no text/")
    page.fill("#pasted", "Putin has denied any interference.\n\nTrump will succeed Obama on 21 January.\n\n<img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Check").click()
    page.wait_for_selector("[role=status] >> text=/^3 claims/")
    assert texts(page.locator(".counts span")) == ["1 carried", "1 number differs", "1 not found"]
    assert texts(page.locator(".read b")) == ["21 January"]
    assert page.locator(".read img").count() == 0
    wrong = page.locator(".read .v-number-differs")
    assert marked(page, wrong.click) == "Trump will succeed President Barack Obama on 20 January."
    assert texts(page.locator(".checked :target .stands")) == ["number differs"]
    assert findings(page) == []


# -- 5 conversations ------------------------------------------------------------------------------------------------------


def test_a_server_killed_in_mid_answer_has_lost_nothing(page: Page) -> None:
    page.locator(".conversations button", has_text=DENIED).first.click()
    page.wait_for_selector(".interrupted")
    assert texts(page.locator(".question")) == [DENIED, HANGS]
    cite = page.locator(".turn").first.locator(".cite").first
    assert marked(page, cite.click) == cite.get_attribute("data-quote")
    page.locator(".interrupted button").click()
    assert texts(answered(page, 1).locator(".question")) == [HANGS]
    assert page.locator(".interrupted").count() == 0


def test_conversations_are_renamed_found_and_deleted(page: Page) -> None:
    ask(page, SYRIA)
    page.locator(".bar summary", has_text="Rename").click()
    page.fill(".rename input", "The long war")
    page.keyboard.press("Enter")
    page.wait_for_selector(".conversations [aria-current] >> text=The long war")
    page.click("text=New conversation")
    page.wait_for_selector(".welcome")
    assert "?" not in page.url
    page.fill("[data-live=find] input", "long war")
    page.wait_for_function("() => document.querySelectorAll('.conversations button').length === 1")
    page.click(".conversations button")
    answered(page)
    page.reload()
    assert answered(page).locator(".cite").count() > 2  # a conversation has an address of its own
    page.locator(".bar summary", has_text="Delete").click()
    page.click("text=Delete this conversation for good")
    page.wait_for_selector(".welcome")
    assert "The long war" not in texts(page.locator(".conversations button"))


def test_a_conversation_is_saved_as_markdown_json_and_csv(page: Page) -> None:
    cite = ask(page, DENIED).locator(".cite").first.get_attribute("data-quote") or ""
    saved = {}
    for form in ("Markdown", "JSON", "CSV", "CSV"):
        page.locator(".bar summary", has_text="Export").click()
        with page.expect_download() as download:
            page.locator(".bar").get_by_role("button", name=form).click()
        saved[download.value.suggested_filename.rpartition(".")[2]] = download.value.path().read_bytes().decode("utf-8")
    assert DENIED in saved["md"].replace("\\", "")
    assert cite in json.dumps(json.loads(saved["json"]), ensure_ascii=False)
    assert cite in [row["quote"] for row in csv.DictReader(io.StringIO(saved["csv"], newline=""))]


def test_a_thumb_is_kept_with_the_word_why(page: Page) -> None:
    ask(page, DENIED).locator(".thumb.down").click()
    page.fill(".why input", "the wrong speaker")
    page.keyboard.press("Enter")
    page.wait_for_selector(".why .saved >> text=Saved")
    page.reload()
    answered(page)
    assert page.locator(".thumb.down").get_attribute("aria-pressed") == "true"
    assert page.locator(".why input").input_value() == "the wrong speaker"


# -- 6 addresses, API, MCP ------------------------------------------------------------------------------------------------


def test_an_address_asks_its_question_once(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.address}?q={DENIED.replace(' ', '+')}")
    assert texts(answered(page).locator(".question")) == [DENIED]
    assert "q=Did" in page.url
    page.reload()
    answered(page)
    assert page.locator(".turn").count() == 1


def get(desk: Desk, path: str) -> Any:
    with urllib.request.urlopen(desk.address + path) as answer:
        return json.load(answer)


def call(desk: Desk, name: str, *values: object) -> Any:
    """What the API answers, or the message of its error."""
    body = json.dumps({"data": values}).encode()
    request = urllib.request.Request(f"{desk.address}gradio_api/call/{name}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as begun:
        event = json.load(begun)["event_id"]
    with urllib.request.urlopen(f"{desk.address}gradio_api/call/{name}/{event}") as stream:
        kind, data = re.findall(r"event: (\w+)\ndata: (.*)", stream.read().decode())[-1]
    return json.loads(data)[0] if kind == "complete" else json.loads(data)


def test_programs_find_ask_check_search_and_get_article_and_nothing_else(desk: Desk) -> None:
    told = get(desk, "gradio_api/info")
    assert (sorted(told["named_endpoints"]), told["unnamed_endpoints"]) == (["/ask", "/check", "/get_article", "/search"], {})
    tools = {tool["name"]: tool for tool in get(desk, "gradio_api/mcp/schema")}
    assert sorted(tools) == ["ask", "check", "get_article", "search"]
    assert tools["ask"]["description"]
    assert tools["ask"]["inputSchema"]["properties"]["question"] == {
        "type": "string",
        "description": "What is asked, in English, in at most 2,000 characters.",
    }
    answer = call(desk, "ask", DENIED, None, None, None)
    article = call(desk, "get_article", answer["citations"][0]["article"], 0)
    assert [one["quote"] for one in answer["citations"]] == [article["text"][one["start"] : one["end"]] for one in answer["citations"]][:1]
    assert "the question is empty" in json.dumps(call(desk, "ask", "", None, None, None))


# -- 7 more than one person -----------------------------------------------------------------------------------------------


def test_twenty_people_asking_at_once_are_all_answered(desk: Desk) -> None:
    with ThreadPoolExecutor(20) as people:
        answers = list(people.map(lambda number: call(desk, "ask", SYRIA if number % 2 else DENIED, None, None, None), range(20)))
    assert [answer["status"] for answer in answers] == ["answered"] * 20
    assert get(desk, "healthz")["at_once"] == 4
    assert get(desk, "healthz")["status"] == "ok"


def test_conversations_are_private_and_keys_are_for_the_models_offered(
    bundled: Path, browser: Browser, model: Script, tmp_path: Path
) -> None:
    index, users = tmp_path / "index", tmp_path / "users"
    shutil.copytree(bundled, index)
    lines = [user_line(name, f"{name}-password") for name in ("ann", "bob")]
    users.write_text("\n".join(lines), encoding="utf-8")
    model.say("not in the articles")
    with serving(index, "--auth", str(users), "--model", "openai:offered", model=model) as desk:
        with window(browser) as ann, window(browser) as bob:
            for page, name in ((ann, "ann"), (bob, "bob")):
                page.goto(desk.address)
                page.get_by_label("username").fill(name)
                assert name == "bob" or findings(page) == []
                page.get_by_label("password").fill(f"{name}-password")
                page.get_by_role("button", name="Login").click()
                page.wait_for_selector("#talk .conversation")
            assert texts(ann.locator("#model option")) == ["openai:offered", "The articles’ own words"]
            ann.evaluate("document.querySelector('#model').add(new Option('openai:dear', 'openai:dear', true, true))")
            ann.fill("#question textarea", DENIED)
            ann.keyboard.press("Enter")
            ann.wait_for_selector("#notice .failed >> text=/^'openai:dear' may not be asked here/")
            assert model.requests == []
            ann.get_by_label("answered by").select_option("The articles’ own words")
            ann.click(".interrupted button")
            answered(ann)
            assert texts(ann.locator(".me")) == ["ann · Sign out"]
            bob.goto(ann.url.replace("q=", "unasked="))
            bob.wait_for_selector(".welcome")
            assert texts(bob.locator(".conversations button")) == []
        with pytest.raises(urllib.error.HTTPError, match="401"):
            call(desk, "ask", DENIED, None, None, None)
        assert get(desk, "healthz")["status"] == "ok"


# -- 8 a product ----------------------------------------------------------------------------------------------------------


def findings(page: Page) -> list[tuple[str, str, str]]:
    """What axe-core finds to be serious or critical."""
    import axe_playwright_python

    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [(one["impact"], one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


TABS = {"Check": ".drafting", "Compare": "form[data-do=compare]", "Ledger": "table.ledger", "Corpus": ".picture", "Batch": "#table"}


@pytest.mark.parametrize(("scheme", "width", "tabs"), [("light", 1280, TABS), ("dark", 1280, ["Corpus"]), ("dark", 390, ["Ledger"])])
def test_axe_finds_nothing_serious(browser: Browser, desk: Desk, scheme: str, width: int, tabs: Collection[str]) -> None:
    with window(browser, color_scheme=scheme, viewport={"width": width, "height": 844}) as page:
        page.goto(desk.address)
        page.wait_for_selector(".examples button")
        assert findings(page) == []
        marked(page, ask(page, SYRIA).locator(".cite").first.click)
        assert findings(page) == []
        page.keyboard.press("Escape")
        for name in tabs:
            tab(page, name)
            page.wait_for_selector(f"{TABS[name]}:visible")
            assert findings(page) == []


def looks(page: Page, *, dark: bool) -> None:
    """Wait until the page is dark, or light."""
    lightness = "Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
    page.wait_for_function(f"() => document.querySelector('#talk .conversation') && {lightness} {'< 60' if dark else '> 200'}")


def test_dark_and_light_follow_the_system_and_the_switch(browser: Browser, desk: Desk) -> None:
    with window(browser, color_scheme="dark") as page:
        page.goto(desk.address)
        looks(page, dark=True)
        page.emulate_media(color_scheme="light")
        looks(page, dark=False)
        page.click("[data-js=theme]")
        looks(page, dark=True)
        page.reload()
        looks(page, dark=True)


def test_on_a_phone_the_source_is_a_sheet_and_nothing_is_cut_off(browser: Browser, desk: Desk) -> None:
    with window(browser, viewport={"width": 390, "height": 844}) as page:
        page.goto(desk.address)
        cite = ask(page, SYRIA).locator(".cite").first
        assert not page.locator("#source").is_visible()
        assert marked(page, cite.click) == cite.get_attribute("data-quote")
        page.wait_for_function("() => document.querySelector('#source').getBoundingClientRect().bottom <= innerHeight + 1")
        assert page.locator("#source").bounding_box()["width"] == 390  # type: ignore[index]
        page.click("#source .close")
        page.wait_for_selector("#source", state="hidden")
        cite.click()  # the same once more
        page.wait_for_selector("#source", state="visible")
        page.keyboard.press("Escape")
        page.wait_for_selector("#source", state="hidden")
        page.click("[data-js=menu]")
        page.wait_for_selector(".new:visible")
        page.keyboard.press("Escape")
        for name in ("Ask", "Check", "Compare", "Ledger", "Corpus", "Batch"):
            tab(page, name)
            assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_everything_is_reached_by_keyboard_and_the_focus_is_seen(page: Page) -> None:
    page.wait_for_selector(".examples button")
    page.locator(".examples button").first.focus()
    page.keyboard.press("Enter")
    cite = answered(page).locator(".cite").first
    reached = ""
    page.locator(".bar summary").first.focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached = page.evaluate("document.activeElement.className")
        assert page.evaluate("(one => one.outlineStyle !== 'none' || one.boxShadow !== 'none')(getComputedStyle(document.activeElement))")
        if reached == "cite":
            break
    assert reached == "cite"
    assert marked(page, lambda: page.keyboard.press("Enter")) == cite.get_attribute("data-quote")
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "cite"


# -- bad input ------------------------------------------------------------------------------------------------------------

EVIL = """<script>alert('title')</script> <img src=x onerror="alert('title')"> [click](javascript:alert('title')) ${alert(1)}

The visitor praised the <img src=x onerror="alert('text')"> garden in Atlantis <script>alert('text')</script>, said Ann Other.

[A link](javascript:alert('link')) was sold in Atlantis, the mayor of Atlantis said. <iframe src="javascript:alert(1)"></iframe>

"""


def test_uploads_get_a_clear_word_each_and_nothing_in_them_runs(page: Page, desk: Desk, tmp_path: Path) -> None:
    files = {
        "evil.txt": EVIL.encode() + b"x" * 100_000,
        "empty.txt": b"",
        "picture.txt": b"\x89PNG\0\0\0",
        "huge.txt": b"a" * (MAX_BYTES + 1),
        "letter.docx": b"PK\3\4",
        "README.md": b"Some news.",
        "old.txt": "Der Präsident sprach in Atlantis, the mayor said.".encode("cp1252"),
        "again.txt": (BUNDLED / "euractiv.txt").read_bytes(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    page.wait_for_selector("#talk .conversation")
    tab(page, "Corpus")
    page.get_by_label("Outlet, where known").fill("<img src=x onerror=alert('outlet')>")
    page.set_input_files("#upload input[type=file]", [tmp_path / name for name in files])
    page.wait_for_selector(".received >> text=/Done: the corpus holds 7 articles now/")
    told = dict(zip(texts(page.locator(".received b")), texts(page.locator(".received li")), strict=True))
    words = {
        "evil.txt": "added",
        "empty.txt": "holds no text",
        "picture.txt": "is not text",
        "huge.txt": "larger than 20 MB",
        "letter.docx": "is not a Word document",
        "README.md": "rename it",
        "old.txt": "not UTF-8",
        "again.txt": "is in the corpus already, as euractiv.txt",
    }
    assert {name: word in told[name] for name, word in words.items()} == dict.fromkeys(words, True)
    tab(page, "Ask")
    turn = ask(page, "What did the visitor praise in Atlantis?")
    cite = turn.locator(".cite").first
    assert "<img" in (cite.get_attribute("data-quote") or "")
    assert marked(page, cite.click) == cite.get_attribute("data-quote")
    assert "<script>alert('title')</script>" in texts(page.locator("#source h2"))[0]
    assert "<img src=x" in texts(page.locator("#source .outlet"))[0]
    assert page.locator("#source a").count() == 0
    for name in ("Ledger", "Corpus"):
        tab(page, name)
        page.wait_for_selector(f"{TABS[name]}:visible")
    assert page.locator(".gradio-container :is(img, iframe, script)[src], .gradio-container script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280

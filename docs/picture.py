"""Take the README's pictures from the running chat: ``make picture``. Needs Chromium."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


DRAFT = """Trump and Putin spoke by phone for the third time since the election.
"President-elect Trump noted to President Putin that he is very much looking forward to having a strong and lasting relationship with Russia," the transition team said.
“Winter Is Here,” Putin tweeted. The Russian parliament met the news with a burst of applause. Putin has denied any interference.
The call lasted 40 minutes."""  # noqa: E501


def take(address: str, question: str, folder: Path) -> None:
    """Ask a question in the chat at an address, open its first source, check a draft, and save what is to be seen of each in a folder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1360, "height": 860})
        page.goto(address)
        page.fill("#question textarea", question)
        page.click("#send")
        page.wait_for_selector(".turn .foot", timeout=60_000)
        page.locator(".turn .cite").first.click()
        page.wait_for_selector("#source mark")
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)
        page.screenshot(path=folder / "chat.png")
        page.get_by_role("tab", name="Check").click()
        page.locator("textarea:visible").first.fill(DRAFT)
        page.get_by_role("button", name="Check", exact=True).click()
        page.wait_for_selector("text=/of what can be checked/", timeout=60_000)
        page.locator(".checked .row").nth(1).click()
        page.mouse.move(0, 0)
        page.wait_for_timeout(3000)
        page.screenshot(path=folder / "check.png")
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1], "What did each side say about Syria?", Path(__file__).parent)

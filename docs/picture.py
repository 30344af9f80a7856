"""Take the README's picture from the running chat: ``make picture``. Needs Chromium."""

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


def take(address: str, question: str, file: Path) -> None:
    """Ask a question in the chat at an address, open its first source, and save what is to be seen."""
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
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1], "What did each side say about Syria?", Path(__file__).with_name("chat.png"))

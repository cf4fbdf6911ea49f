"""The page as somebody sees and uses it, in Chromium."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.console.serving import DOMAIN

BROWSER, DRIVER = (shutil.which(name) or name for name in ("chromium", "chromedriver"))
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
_PATIENCE = 15.0
Found = TypeVar("Found")


def started(profile: Path, language: str = "en-US", *extra: str) -> Chrome:
    """A browser with nothing in it, and nothing it would fetch."""
    options = Options()
    options.binary_location = BROWSER
    for flag in (*_FLAGS, f"--user-data-dir={profile}", f"--lang={language}", f"--accept-lang={language}", *extra):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return Chrome(options=options, service=Service(DRIVER))


class Page:
    """The page in one browser."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser = browser
        self.url = url

    def open(self) -> None:
        """From the start: nobody is signed in, nothing is chosen."""
        self.browser.get(self.url)
        self.js("sessionStorage.clear(); localStorage.clear()")
        self.browser.get(self.url + "?")
        self.browser.get(self.url)
        self.browser.get_log("browser")

    def sign_in(self, key: str, domain: str | None = DOMAIN) -> None:
        """Paste a key, choose the domain, and wait until the page is live."""
        self.paste(key)
        if domain:
            self.one(".domains button", domain).click()
        self.until(lambda: self.mode == "live", "the page is live")

    def paste(self, key: str) -> None:
        """Paste a key and press Enter."""
        self.one("#key").send_keys(key, Keys.ENTER)

    @property
    def mode(self) -> str:
        """How current the page says it is."""
        return str(self.js("return document.querySelector('[data-mode]')?.dataset.mode ?? 'signed-out'"))

    def js(self, script: str, *arguments: object) -> Any:
        """What a script answers that runs in the page."""
        return self.browser.execute_script(script, *arguments)

    def until(self, condition: Callable[[], Found], what: str, within: float = _PATIENCE) -> Found:
        """Wait until something is so; what it is says the failure."""
        end = time.monotonic() + within
        while True:
            try:
                if found := condition():
                    return found
            except (StaleElementReferenceException, IndexError):
                pass
            if time.monotonic() > end:
                raise AssertionError(f"not within {within} s: {what}\n{self.text[:3000]}")
            time.sleep(0.05)

    @property
    def text(self) -> str:
        """All that can be read."""
        return self.browser.find_element(By.TAG_NAME, "body").text

    def all(self, css: str, text: str = "") -> list[WebElement]:
        """What is there now and can be seen."""
        found = self.browser.find_elements(By.CSS_SELECTOR, css)
        try:
            return [one for one in found if one.is_displayed() and text in one.text]
        except StaleElementReferenceException:
            return []

    def one(self, css: str, text: str = "", within: float = _PATIENCE) -> WebElement:
        """The first that is there, once it is."""
        return self.until(lambda: self.all(css, text)[0], f"{css} {text!r} can be seen", within)

    def gone(self, css: str, text: str = "") -> None:
        """Wait until nothing of that is there."""
        self.until(lambda: not self.all(css, text), f"no {css} {text!r} can be seen")

    def press(self, text: str, inside: str = "body") -> None:
        """Press the button that says so."""

        def pressed() -> bool:
            button = self.one(f"{inside} button", text)
            self.js("arguments[0].scrollIntoView({block: 'center'})", button)
            button.click()
            return True

        self.until(pressed, f"{text} can be pressed")

    def view(self, name: str) -> None:
        """Go to a view."""
        self.one("nav button", name).click()

    def keys(self, *keys: str) -> None:
        """Type, wherever the focus is."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def focus(self, css: str, text: str = "") -> WebElement:
        """Give something the focus, as Tab would."""
        found = self.one(css, text)
        self.js("arguments[0].focus()", found)
        return found

    def tile(self, number: str, says: str = "") -> WebElement:
        """An extension's tile, once it says so."""
        return self.one(f'.tile[data-drop="{number}"]', says)

    def card(self, call_uuid: str, says: str = "") -> WebElement:
        """A call's card, once it says so."""
        return self.one(f'.card[data-call="{call_uuid}"]', says)

    def act(self, call_uuid: str, action: str) -> None:
        """Press what does an action with a call."""
        self.act_of(f'.card[data-call="{call_uuid}"]', action)

    def act_of(self, css: str, action: str) -> None:
        """Press what does an action, within something."""

        def pressed() -> bool:
            button = self.one(f'{css} [data-action="{action}"]')
            self.js("arguments[0].scrollIntoView({block: 'center'})", button)
            button.click()
            return True

        self.until(pressed, f"{action} can be pressed")

    def drag(self, source: WebElement, target: WebElement) -> None:
        """Drag one thing onto another, with the mouse."""
        chain = ActionChains(self.browser).move_to_element(source).click_and_hold()
        chain.move_by_offset(-20, 0).move_to_element(target).release().perform()

    def size(self, width: int, height: int) -> None:
        """As wide and high as that, whatever the smallest window is."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefers(self, scheme: str) -> None:
        """Light or dark."""
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def complaints(self) -> list[str]:
        """What the browser has complained of: refused scripts and styles, errors; not an answer that was no 200."""
        found = [one for one in self.browser.get_log("browser") if one["level"] == "SEVERE"]
        return [one["message"] for one in found if "Failed to load resource" not in one["message"]]

    def violations(self, axe: str) -> list[str]:
        """What axe-core finds wrong, with the elements it is about."""
        self.js(axe)
        script = "const done = arguments[0]; axe.run().then(done, (error) => done({error: String(error)}))"
        self.browser.set_script_timeout(60)
        found = self.browser.execute_async_script(script)
        assert "error" not in found, found
        return [
            f"{one['id']}: {one['help']} {[node['html'][:160] for node in one['nodes']][:4]}"
            for one in found["violations"]
        ]

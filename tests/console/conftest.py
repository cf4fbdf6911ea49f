"""A server and a browser, each once a module; a page anew each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.console.page import Page, started
from tests.console.serving import ROOT, Endpoint


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with Endpoint(tmp_path_factory.mktemp("endpoint")) as served:
        yield served


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    running = started(tmp_path_factory.mktemp("profile"))
    try:
        yield running
    finally:
        running.quit()


@pytest.fixture
def page(browser: Chrome, endpoint: Endpoint) -> Iterator[Page]:
    """Nobody is signed in; whatever the browser complains of in the test is a failure."""
    opened = Page(browser, endpoint.page)
    opened.size(1400, 900)
    opened.prefers("light")
    opened.open()
    yield opened
    assert opened.complaints() == []


@pytest.fixture
def board(page: Page, endpoint: Endpoint) -> Page:
    """The page of somebody who is signed in."""
    page.sign_in(endpoint.key)
    return page


@pytest.fixture(scope="session")
def tools() -> Path:
    """What npm has installed; make says where."""
    assert "RINGPOST_CONSOLE_TOOLS" in os.environ, "make test-console runs this"
    return ROOT / os.environ["RINGPOST_CONSOLE_TOOLS"] / "node_modules"


@pytest.fixture(scope="session")
def axe(tools: Path) -> str:
    return (tools / "axe-core/axe.min.js").read_text()

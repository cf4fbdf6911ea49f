"""The house as it stands: who imports whom, and that every kind of switch says what it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import grimp
import pytest

from ringpost.model.errors import CannotComply, SwitchUnreachable
from ringpost.model.switch import SwitchKind
from ringpost.switch.kinds import Place, kinds

SWITCH = Path(__file__).parents[1] / "src/ringpost/switch"


@pytest.fixture(scope="module")
def house() -> grimp.ImportGraph:
    """All imports, those inside functions and those for types only among them."""
    return grimp.build_graph("ringpost", "actions", cache_dir=None)


def circles(imports: dict[str, set[str]]) -> Iterator[list[str]]:
    """One way round for each module that is reached again from itself, the shortest."""
    for start in sorted(imports):
        ways = [[start]]
        seen: set[str] = set()
        while ways:
            way = ways.pop(0)
            for following in sorted(imports.get(way[-1], set())):
                if following == start:
                    yield [*way, start]
                    ways = []
                    break
                if following not in seen:
                    seen.add(following)
                    ways.append([*way, following])


def test_no_two_modules_import_each_other_in_a_circle(house: grimp.ImportGraph) -> None:
    imports = {module: house.find_modules_directly_imported_by(module) for module in house.modules}
    found = [" → ".join(way) for way in circles(imports)]
    assert not found, f"what these share needs a home of its own, below them both: {found}"


def test_a_circle_is_found() -> None:
    assert list(circles({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == [["b", "c", "b"], ["c", "b", "c"]]


def test_every_folder_of_switch_is_a_kind_and_every_kind_a_folder() -> None:
    folders = {file.parent.name for file in SWITCH.glob("*/*.py")}
    assert set(kinds()) == folders, f"each of {folders} exports KIND in its __init__.py"
    assert folders == set(get_args(SwitchKind)), "SwitchKind, in model/switch.py, names the folders of switch/"


def test_a_kind_of_switch_knows_no_other(house: grimp.ImportGraph) -> None:
    for one in kinds():
        for other in set(kinds()) - {one}:
            found = house.find_shortest_chains(f"ringpost.switch.{one}", f"ringpost.switch.{other}", as_packages=True)
            assert not found, f"what {one} and {other} share belongs into switch/ itself: {found}"


def test_a_kind_has_a_link_if_there_is_something_to_hear_beside_one() -> None:
    nowhere = Place("127.0.0.1", 9, None, "")
    for kind in kinds().values():
        with pytest.raises(SwitchUnreachable if kind.has_link else CannotComply):
            kind.listen(nowhere)


@pytest.mark.parametrize("name", kinds())
def test_a_kind_has_a_driver_where_it_is_looked_for(name: str, house: grimp.ImportGraph) -> None:
    driver = f"ringpost.switch.{name}.driver"
    assert driver in house.modules, f"{driver} is what a snapshot imports ahead"

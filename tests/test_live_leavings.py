"""What a module of the live suite has made is taken away, and nothing else."""

from typing import Any

from tests.harness import Caller
from tests.live.leavings import taken_away


class Domain:
    """A domain, as the live suite asks about it."""

    def __init__(self, tenant: Caller) -> None:
        self._tenant = tenant

    def do(self, action: str, **members: Any) -> Any:
        return self._tenant.done(action, **members)

    def numbers(self) -> set[str]:
        groups = self.do("ringgroup-list")["items"]
        destinations = self.do("destination-list")["items"]
        extensions = self.do("extension-search")["items"]
        found = {one["ring_group_extension"] for one in groups}
        found |= {one["destination_number"] for one in destinations}
        return found | {one["extension"] for one in extensions}


def test_what_was_made_meanwhile_is_gone_and_what_was_there_is_not(tenant: Caller) -> None:
    domain = Domain(tenant)
    before = domain.numbers()
    users = len(domain.do("user-list")["items"])
    with taken_away(domain):
        domain.do("user-provision", firstname="Fresh", extension="451", destination="12025550142")
        domain.do("extension-create", extension="452")
        ringing = [{"number": "451"}, {"number": "452"}]
        domain.do("ringgroup-create", name="both", extension="651", strategy="simultaneous", destinations=ringing)
        domain.do("destination-create", number="12025550143", extension="651")
        for number in ("781", "782"):
            domain.do("queue-create", name=number, extension=number)
        domain.do("agent-create", number="7811", firstname="Ann")
        domain.do("conference-create", name="room", extension="851")
        assert domain.numbers() == before | {"451", "452", "651", "12025550142", "12025550143"}
    assert domain.numbers() == before
    assert len(domain.do("user-list")["items"]) == users
    for kind in ("queue", "agent", "conference"):
        assert not {"781", "782", "7811", "851"} & {
            one.get("extension") or one.get("number") for one in domain.do(f"{kind}-list")["items"]
        }

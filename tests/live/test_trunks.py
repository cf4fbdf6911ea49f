"""A trunk that does not take a call: whoever calls is told why, at once, and the record says it."""

import pytest

from tests.live.conftest import HERE, WILLING, House
from tests.live.patience import eventually
from tests.live.phones import MUTE, Phone, refusing
from tests.live.test_freeswitch import placed, the_record
from tests.live.under_test import KIND, NEEDS_PHONES

pytestmark = NEEDS_PHONES
Phones = tuple[Phone, Phone]
ON = {"freeswitch": 0, "asterisk": 1}.get(KIND, 0)
TRUNKS = {
    "503 Service Unavailable": ("NORMAL_TEMPORARY_FAILURE", "NORMAL_CIRCUIT_CONGESTION"),
    "500 Server Internal Error": ("NORMAL_TEMPORARY_FAILURE", "NETWORK_OUT_OF_ORDER"),
    "486 Busy Here": ("USER_BUSY", "USER_BUSY"),
    "404 Not Found": ("UNALLOCATED_NUMBER", "UNALLOCATED_NUMBER"),
    "403 Forbidden": ("CALL_REJECTED", "CALL_REJECTED"),
}
"""What a trunk answers, and the cause that each kind of switch calls it by."""


@pytest.mark.parametrize("status", TRUNKS)
def test_who_calls_by_a_trunk_that_refuses_is_told_why(house: House, phones: Phones, status: str):
    cause, number = TRUNKS[status][ON], f"1202555018{list(TRUNKS).index(status)}"
    with house.provider.otherwise(refusing(status)):
        phones[0].dial(number)
        eventually(lambda: f"{number}@{HERE}: session closed: {status[:3]} " in phones[0].said(), "it is told why")
        assert the_record(house, number=number, call_direction="outbound")["hangup_cause"] == cause
        told = house.api.do("originate", caller_id_number="5550177", destination_a=number, destination_b=WILLING)
        assert (told["success"], told["cause"]) == (False, cause)
        placed(house, WILLING, number, external_id=f"by a trunk: {status}")
        assert the_record(house, external_id=f"by a trunk: {status}")["hangup_cause"] == cause


def test_who_calls_by_a_trunk_that_says_nothing_is_told_so_after_half_a_minute(house: House, phones: Phones):
    number = "12025550189"
    with house.provider.otherwise(MUTE):
        phones[0].dial(number)
        eventually(lambda: f"{number}@{HERE}: session closed: 408 " in phones[0].said(), "it is told", 45)
        record = the_record(house, number=number, call_direction="outbound")
    assert record["hangup_cause"] == ("RECOVERY_ON_TIMER_EXPIRE", "NO_USER_RESPONSE")[ON]
    assert record["duration"] in range(31, 35)

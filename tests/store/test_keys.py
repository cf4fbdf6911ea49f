"""Key patterns: no two things share a row, and no tenant's rows are within another's."""

from hypothesis import given
from hypothesis import strategies as st

from ringpost.store import keys

uuids = st.uuids().map(str)
numbers = st.from_regex(r"\+?[0-9*#]{1,32}", fullmatch=True)
extensions = st.from_regex(r"[0-9*#]{1,32}", fullmatch=True)


@given(uuids, uuids, numbers, extensions)
def test_every_row_of_a_tenant_begins_with_its_domain(home: str, other: str, number: str, extension: str) -> None:
    rows = [
        keys.domain(home), keys.number(home, extension), keys.extension(home, other), keys.sip_password(home, other),
        keys.voicemail(home, extension), keys.voicemail_pin(home, extension), keys.ring_group(home, other),
        keys.destination(home, other), keys.order(home, other), keys.cdr(home, other), keys.meter_of_domain(home),
        keys.event(home, "t", 1, other), keys.audit(home, "t", "r"),
    ]  # fmt: skip
    partitions = [
        keys.extensions(home), keys.ring_groups(home), keys.destinations(home), keys.cdrs(home),
        keys.cdrs_of_extension(home, extension), keys.cdrs_of_number(home, number), keys.keys_of_domain(home),
    ]  # fmt: skip
    assert len(set(rows)) == len(rows)
    assert len(set(partitions)) == len(partitions)
    assert not {row.partition for row in rows} & set(partitions)
    for partition in [*(row.partition for row in rows), *partitions]:
        assert partition[:43] == f"domain#{home}"
        assert partition[43:44] in ("", "#")


@given(uuids, extensions, uuids, extensions)
def test_different_numbers_are_different_rows(one: str, number: str, two: str, other: str) -> None:
    same = (one, number) == (two, other)
    assert (keys.number(one, number) == keys.number(two, other)) == same
    assert (keys.cdrs_of_extension(one, number) == keys.cdrs_of_extension(two, other)) == same
    assert keys.cdrs_of_extension(one, number) != keys.cdrs_of_number(two, other)

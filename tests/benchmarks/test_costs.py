"""The page of what a month costs says what is worked out."""

from benchmarks import costs, live_costs
from tests.template.reading import ROOT, Template


def test_the_page_says_what_the_counted_units_cost() -> None:
    page = (ROOT / "docs/costs.md").read_text()
    assert costs.uses() in page, "run make docs"
    assert costs.table() in page, "run make docs"
    assert live_costs.table() in page, "run make docs"


def test_what_goes_over_live_connections_is_weighed() -> None:
    command, push, heartbeat = live_costs.each().values()
    assert push.units.written == 0
    assert command.units.written >= 4, "the command, and its answer, each in a transaction"
    assert 0 < heartbeat.dollars < command.dollars < 20e-6


def test_what_is_weighed_is_what_is_read_and_written() -> None:
    assert costs.units("contact-lookup").written == 0
    assert costs.units("contact-lookup").read == 1
    assert costs.units("originate").written > costs.units("user-status-set").written > 0


def test_a_month_of_more_users_costs_more_of_everything() -> None:
    few, many = costs.month(1_000), costs.month(2_000)
    assert all(many[name] >= few[name] for name in few)
    assert sum(many.values()) < 2 * sum(few.values())


def test_as_many_alarms_are_paid_for_as_there_are() -> None:
    assert len(Template().of_type("AWS::CloudWatch::Alarm")) == costs.ALARMS

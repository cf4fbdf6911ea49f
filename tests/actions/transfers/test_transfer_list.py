from ringpost.entry import demo
from tests.actions.transfers.desk import Desk


def test_lists_what_is_under_way_and_what_is_over_if_wanted(desk: Desk) -> None:
    first = desk.asks("5550140")
    desk.passes(1)
    second = desk.asks()
    listed = [one["transfer_uuid"] for one in desk.tenant.done("transfer-list")["items"]]
    assert listed == [demo.TRANSFER_UUID, second["transfer_uuid"]]
    listed = [one["transfer_uuid"] for one in desk.tenant.done("transfer-list", over=True)["items"]]
    assert listed == [demo.TRANSFER_UUID, first["transfer_uuid"], second["transfer_uuid"]]
    [only] = desk.tenant.done("transfer-list", over=True, status="cancelled")["items"]
    assert only["destination"] == "5550140"

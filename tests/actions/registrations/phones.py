"""A switch with phones."""

from ringpost.model.domain import Domain
from ringpost.model.live import LiveCall, Registration
from tests.fakes import RecordingSwitch


class Phones(RecordingSwitch):
    """Two phones of 100 and one of 101 are registered, in whatever domain; nobody speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.phones = [
            Registration(extension="101", contact="sip:101@192.0.2.3", network_ip="192.0.2.3", network_port=5060),
            Registration(extension="100", contact="sip:100@192.0.2.2", network_ip="192.0.2.2", network_proto="tls"),
            Registration(extension="100", contact="sip:100@192.0.2.1", network_ip="192.0.2.1", network_proto="udp"),
        ]

    def registrations(self, domain: Domain) -> list[Registration]:
        return self.phones

    def unregister(self, domain: Domain, extension: str) -> int:
        before = len(self.phones)
        self.phones = [phone for phone in self.phones if phone.extension != extension]
        return before - len(self.phones)

    def calls(self, domain: Domain) -> list[LiveCall]:
        return []

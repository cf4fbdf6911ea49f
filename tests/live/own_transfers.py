"""A phone that puts through by itself, by REFER with and without Replaces, which baresip does not know.

It calls, with a password, and says nothing: what is heard is what the others say.
"""

import hashlib
import queue
import re
import socket
import threading
import uuid
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.live.patience import eventually
from tests.live.phones import ADDRESS

_HEADER = r"(?im)^{name}\s*:\s*(.*?)\r?$"


def _header(message: str, name: str) -> str:
    found = re.search(_HEADER.format(name=name), message)
    return found[1] if found else ""


@dataclass
class Dialog:
    """A call of this phone's."""

    to: str
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    sequence: int = 0
    remote: str = ""
    target: str = ""
    state: str = "calling"
    authorization: str = ""
    invited: tuple[int, str] = (0, "")
    """The sequence of its latest INVITE, and the branch."""


class OwnTransfers:
    """The phone of an extension; it need not be registered to call."""

    says = ""
    """What it says that it is called."""

    def __init__(self, number: str, domain: str, password: str, sip: str) -> None:
        self._account, self._password = (number, domain), password
        host, _, port = sip.rpartition(":")
        self._switch = (host, int(port))
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((ADDRESS, 0))
        self._socket.settimeout(0.2)
        self._media = socket.socket(type=socket.SOCK_DGRAM)
        self._media.bind((ADDRESS, 0))
        self._here = f"{ADDRESS}:{self._socket.getsockname()[1]}"
        self._calls: dict[str, Dialog] = {}
        self._is_over = threading.Event()
        self._work = threading.Thread(target=self._listen, daemon=True)
        self.progress: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> Self:
        self._work.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for dialog in self._calls.values():
            if dialog.state == "answered":
                self._request(dialog, "BYE")
        self._is_over.set()
        self._work.join()
        self._socket.close()
        self._media.close()

    def calls(self, number: str) -> Dialog:
        """A call to a number, which rings."""
        dialog = Dialog(f"sip:{number}@{self._account[1]}")
        dialog.target = dialog.to
        self._calls[dialog.call_id] = dialog
        self._invite(dialog)
        return dialog

    def speaks(self, number: str) -> Dialog:
        """A call to a number that was answered."""
        dialog = self.calls(number)
        eventually(lambda: dialog.state == "answered", f"{number} answers")
        return dialog

    def puts_through(self, dialog: Dialog, number: str = "", *, to: Dialog | None = None) -> None:
        """Have whom it talks with call a number, or talk with whom it has in another call."""
        refer = f"sip:{number}@{self._account[1]}"
        if to is not None:
            theirs = re.search(r"tag=([^;>\s]+)", to.remote)
            assert theirs, "the other call rings at least"
            refer = f"{to.to}?Replaces={to.call_id}%3Bto-tag%3D{theirs[1]}%3Bfrom-tag%3D{to.tag}"
        own = f"<sip:{self._account[0]}@{self._account[1]}>"
        self._request(dialog, "REFER", f"Refer-To: <{refer}>\r\nReferred-By: {own}\r\n")

    def hangs_up(self, dialog: Dialog) -> None:
        self._request(dialog, "BYE")
        dialog.state = "ended"

    # the wire

    def _send(self, text: str) -> None:
        self._socket.sendto(text.encode(), self._switch)

    def _request(
        self, dialog: Dialog, method: str, headers: str = "", body: str = "", sequence: int = 0, branch: str = ""
    ) -> None:
        number, domain = self._account
        dialog.sequence += not sequence
        branch = branch or f"z9hG4bK{uuid.uuid4().hex}"
        if method == "INVITE":
            dialog.invited = (dialog.sequence, branch)
        self._send(
            f"{method} {dialog.target} SIP/2.0\r\nVia: SIP/2.0/UDP {self._here};branch={branch};rport\r\n"
            f"From: {self.says}<sip:{number}@{domain}>;tag={dialog.tag}\r\nTo: {dialog.remote or f'<{dialog.to}>'}\r\n"
            f"Call-ID: {dialog.call_id}\r\nCSeq: {sequence or dialog.sequence} {method}\r\n"
            f"Contact: <sip:{number}@{self._here}>\r\nMax-Forwards: 70\r\nSupported: replaces\r\n"
            f"{headers}{dialog.authorization if method in ('INVITE', 'REFER') else ''}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def _invite(self, dialog: Dialog) -> None:
        port = self._media.getsockname()[1]
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {ADDRESS}\r\ns=-\r\nc=IN IP4 {ADDRESS}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        )
        allows = "Allow: INVITE, ACK, BYE, CANCEL, REFER, NOTIFY, OPTIONS\r\n"
        self._request(dialog, "INVITE", f"{allows}Content-Type: application/sdp\r\n", body)

    def _listen(self) -> None:
        while not self._is_over.is_set():
            try:
                data = self._socket.recv(65_535)
            except TimeoutError:
                continue
            message = data.decode(errors="replace")
            dialog = self._calls.get(_header(message, "Call-ID"))
            if dialog is not None:
                (self._answered if message.startswith("SIP/2.0 ") else self._asked)(dialog, message)

    def _asked(self, dialog: Dialog, message: str) -> None:
        """BYE, NOTIFY and the like are as it should be."""
        copied = "".join(
            f"{name}: {value}\r\n"
            for name in ("Via", "From", "To", "Call-ID", "CSeq")
            for value in re.findall(_HEADER.format(name=name), message)
        )
        if message.startswith("ACK "):
            return
        self._send(f"SIP/2.0 200 OK\r\n{copied}Contact: <sip:{self._here}>\r\nContent-Length: 0\r\n\r\n")
        if message.startswith("BYE "):
            dialog.state = "ended"
        if message.startswith("NOTIFY "):
            self.progress.put(message.partition("\r\n\r\n")[2].strip())

    def _answered(self, dialog: Dialog, message: str) -> None:
        status, cseq = int(message.split()[1]), _header(message, "CSeq")
        if "tag=" in _header(message, "To") and dialog.state == "calling":
            dialog.remote = _header(message, "To")
        if not cseq.endswith("INVITE") or status < 200:
            return
        sequence = int(cseq.split()[0])
        contact = re.search(r"<([^>]+)>", _header(message, "Contact"))
        if status < 300 and contact:
            dialog.target = contact[1]
        latest, branch = dialog.invited
        # Of a refusal the acknowledgement is part of the request; else it would be refused again and again.
        self._request(dialog, "ACK", sequence=sequence, branch=branch if status >= 300 and sequence == latest else "")
        if sequence != latest:
            return
        of_a_proxy = _header(message, "Proxy-Authenticate")
        challenge = _header(message, "WWW-Authenticate") or of_a_proxy
        if challenge and not dialog.authorization:
            dialog.authorization = self._authorization(challenge, dialog, bool(of_a_proxy))
            dialog.remote = ""
            self._invite(dialog)
        else:
            dialog.state = "answered" if status < 300 else "ended"

    def _authorization(self, challenge: str, dialog: Dialog, of_a_proxy: bool) -> str:
        number, _ = self._account
        said = dict(re.findall(r'(realm|nonce)="([^"]*)"', challenge))
        secret, asked = _md5(f"{number}:{said['realm']}:{self._password}"), _md5(f"INVITE:{dialog.to}")
        response = _md5(f"{secret}:{said['nonce']}:00000001:c:auth:{asked}")
        name = "Proxy-Authorization" if of_a_proxy else "Authorization"
        return (
            f'{name}: Digest username="{number}", realm="{said["realm"]}", nonce="{said["nonce"]}", '
            f'uri="{dialog.to}", response="{response}", algorithm=MD5, cnonce="c", qop=auth, nc=00000001\r\n'
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

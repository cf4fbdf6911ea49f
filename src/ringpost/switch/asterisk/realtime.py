"""What res_config_curl asks and is answered: rows of phones and of voicemail boxes, as Asterisk 22.10.1 reads them."""

import hashlib
import re
from typing import Self
from urllib.parse import unquote

from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.shapes import EMAIL
from ringpost.model.values import is_number
from ringpost.model.voicemail import Voicemail
from ringpost.switch.asterisk import names, posted
from ringpost.switch.asterisk.marks import DOMAIN, NOWHERE, PHONES_ACL, PLAN
from ringpost.switch.deciding import Looked

TABLE = "table"
"""The member that has what stood in the address: ``ps_endpoints/single``."""
NOTHING = b""
_DONE = {"update": b"1", "store": b"0", "destroy": b"0", "require": b"0"}
"""A phone's rows are ours: what a switch writes there changes nothing, and an update is told to have gone well, for
without that Asterisk complains."""
_DOMAIN_NAME = re.compile(r"[A-Za-z0-9.-]{1,253}")
_EXPIRES, _AT_LEAST, _AT_MOST, _LOOKS_EVERY = 3600, 60, 7200, 60
"""Seconds: of a registration that asks for none, of the shortest, of the longest; between two OPTIONS to a phone."""


def read(table: str, body: bytes) -> dict[str, str]:
    """The members of a question; ``InvalidRequest`` if it is none of a switch's."""
    return {**posted.read(body), TABLE: unquote(table).strip("/=")}


class Asked(Looked):
    """A question of res_config_curl."""

    __slots__ = ()

    @classmethod
    def read(cls, table: str, body: bytes) -> Self:
        """The question a body is; ``InvalidRequest`` if it is none of a switch's."""
        return cls(read(table, body))

    @property
    def done(self) -> bytes | None:
        """What is answered to a switch that wants to write; None if it asks."""
        return _DONE.get(self.get(TABLE).partition("?")[0].rpartition("/")[2])

    def account(self) -> tuple[str, str] | None:
        """The number and the domain of the phone that is asked for by ``id``; None if it can be none of ours."""
        number, _, home = self.get("id").partition("@")
        return (number, home) if is_number(number) and _is_ours(home) else None

    def box(self) -> tuple[str, str] | None:
        """The number and the domain of the voicemail box that is asked for."""
        number, home = self.get("mailbox"), self.get("context")
        return (number, home) if is_number(number) and _is_ours(home) else None

    def alias(self) -> str | None:
        """The domain that is asked for in another spelling than its own."""
        name = self.get("id")
        return name if _DOMAIN_NAME.fullmatch(name) and name != name.lower() else None


def _is_ours(home: str) -> bool:
    """Whether a domain may be one of ours. Another spelling of one is told by its alias, and has no phones itself."""
    return _DOMAIN_NAME.fullmatch(home) is not None and home == home.lower()


def endpoint(domain: Domain, extension: Extension) -> bytes:
    """An extension as what phones call from. Whatever they say of themselves, the switch says this."""
    name, number = names.shown(extension.effective_caller_id_name), extension.extension
    account = names.account(number, domain.domain_name)
    return posted.written(
        {
            "id": account,
            "aors": account,
            "auth": account,
            "context": PLAN,
            "message_context": NOWHERE,
            "subscribe_context": NOWHERE,
            "allow_subscribe": "no",
            "disallow": "all",
            "allow": "ulaw,alaw,g722",
            "direct_media": "no",
            "rtp_symmetric": "yes",
            "force_rport": "yes",
            "rewrite_contact": "yes",
            "contact_acl": PHONES_ACL,
            "callerid": f'"{name or number}" <{extension.effective_caller_id_number or number}>',
            "trust_id_inbound": "no",
            "from_domain": domain.domain_name,
            "accountcode": account,
            "allow_transfer": "yes",
            "dtmf_mode": "auto_info",
            "set_var": f"__{DOMAIN}={domain.domain_uuid}",
        }
    )


def auth(domain: Domain, extension: Extension, password: str) -> bytes:
    """The login of an extension's phones: a digest (RFC 2617's H(A1)); the password itself never leaves us."""
    number, realm = extension.extension, domain.domain_name
    digest = hashlib.md5(f"{number}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()
    members = {"auth_type": "md5", "username": number, "realm": realm, "md5_cred": digest}
    return posted.written({"id": names.account(number, realm), **members})


def aor(domain: Domain, extension: Extension) -> bytes:
    """How many phones of an extension are remembered, and for how long."""
    return posted.written(
        {
            "id": names.account(extension.extension, domain.domain_name),
            "max_contacts": str(extension.phones),
            "remove_existing": "no",
            "remove_unavailable": "yes",
            "default_expiration": str(_EXPIRES),
            "minimum_expiration": str(_AT_LEAST),
            "maximum_expiration": str(_AT_MOST),
            "qualify_frequency": str(_LOOKS_EVERY),
        }
    )


def alias(asked: str, domain: Domain) -> bytes:
    """A domain under another spelling of its name."""
    return posted.written({"id": asked, "domain": domain.domain_name})


def voicemail(domain: Domain, box: Voicemail, pin: str) -> bytes:
    """A voicemail box. Its PIN goes over in clear: app_voicemail compares it itself."""
    members = {
        "uniqueid": box.number,
        "mailbox": box.number,
        "context": domain.domain_name,
        "password": pin,
        "fullname": names.shown(box.name) or box.number,
        "attach": _word(box.attach_audio),
        "delete": _word(box.delete_messages and bool(box.email)),
        "email": _address(box.email),
        "pager": _address(box.pager),
    }
    return posted.written({name: value for name, value in members.items() if value})


def _address(address: str | None) -> str:
    """A box may be older than what is asked of an address."""
    return address if address and EMAIL.fullmatch(address) else ""


def _word(flag: bool) -> str:
    return "yes" if flag else "no"

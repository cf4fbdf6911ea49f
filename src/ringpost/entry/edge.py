"""Who a distribution in front of the API says that it speaks for; ``template-cloudfront.yaml`` makes one."""

import hmac
from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from ringpost.model.errors import Forbidden

SECRET = "x-ringpost-edge"  # noqa: S105 - the header's name
VIEWER = "cloudfront-viewer-address"
"""An address and a port, as CloudFront writes them: 192.0.2.1:46532, 2001:db8::1:46532."""


def viewer(headers: Mapping[str, str], source_ip: str, secrets: Sequence[str], *, only: bool = False) -> str:
    """The address a request comes from: the connection's, or what the distribution names, known by its secret.

    With ``only``, ``Forbidden`` for what has come past the distribution.
    """
    shown = headers.get(SECRET, "").encode(errors="replace")
    if not any(hmac.compare_digest(shown, secret.encode()) for secret in secrets):
        if only and secrets:
            raise Forbidden("this API is reached by its own name only: ask for the address to send to")
        return source_ip
    address, _, port = headers.get(VIEWER, "").rpartition(":")
    try:
        return str(ip_address(address.strip("[]"))) if port.isdecimal() else source_ip
    except ValueError:
        return source_ip

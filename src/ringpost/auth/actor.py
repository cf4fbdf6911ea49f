"""Who a request is made by, once its key is known."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from ringpost.auth.scopes import allows
from ringpost.clock import seconds
from ringpost.model.key import ApiKey, Limits

if TYPE_CHECKING:
    from ringpost.model.token import StoredToken


class Actor:
    """A key at work, or a token bought with it: what it may call and whom it may touch. All its limits must match.

    ``proof`` is the hash of the secret that was presented; empty for the command line, which has none.
    """

    def __init__(self, key: ApiKey, proof: str = "", token: StoredToken | None = None) -> None:
        self.key = key
        self.proof = proof
        self.token = token
        self.noted_hour = 0
        self.key_uuid = key.key_uuid
        self.holder_uuid = token.token_uuid if token else key.key_uuid
        self.limits: tuple[Limits, ...] = (key.limits, *key.within, *((token.limits,) if token else ()))
        self.users = frozenset(limit.user for limit in self.limits if limit.user)
        bounded = [set(limit.domains) for limit in self.limits if limit.domains is not None]
        self.domains: frozenset[str] | None = frozenset(set.intersection(*bounded)) if bounded else None
        self.switches = frozenset(limit.switch for limit in self.limits if limit.switch)
        self._networks = [tuple(map(ip_network, limit.networks)) for limit in self.limits if limit.networks]
        self._expiries = [seconds(limit.expires_at) for limit in self.limits if limit.expires_at]
        self._may: dict[str, bool] = {}

    @property
    def is_operator(self) -> bool:
        """Whether this key reaches every domain, those to come too."""
        return self.domains is None and not self.switches

    @property
    def is_unlimited(self) -> bool:
        """Whether nothing at all is withheld from this key."""
        return self.is_operator and not any(map(_withholds, self.limits))

    def may(self, action: str) -> bool:
        """Whether this key's scopes cover an action."""
        known = self._may.get(action)
        if known is None:
            wanted = action.replace("-", ".")
            known = self._may[action] = all(allows(limit.scopes, wanted) for limit in self.limits)
        return known

    def reaches(self, domain_uuid: str) -> bool:
        """Whether this key may touch a domain, as far as its list of domains goes; ``switches`` limit it too."""
        return self.domains is None or domain_uuid in self.domains

    def is_live(self, now: float) -> bool:
        """Whether the key is enabled and not past its time."""
        return self.key.enabled and not any(expiry <= now for expiry in self._expiries)

    def welcome(self, source_ip: str, now: float) -> bool:
        """Whether the key is enabled, not past its time, and used from where it may be."""
        if not self.is_live(now):
            return False
        if not self._networks:
            return True
        try:
            source = ip_address(source_ip)
        except ValueError:
            return False
        return all(any(source in network for network in networks) for networks in self._networks)


def _withholds(limit: Limits) -> bool:
    forbids = "#" not in limit.scopes or any(scope.startswith("!") for scope in limit.scopes)
    return forbids or bool(limit.networks) or limit.expires_at is not None or limit.user is not None

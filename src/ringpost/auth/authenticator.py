"""From headers to an actor, at the same cost for a wrong secret as for an unknown key."""

from collections.abc import Mapping

from ringpost.auth.actor import Actor
from ringpost.auth.tokens import is_sent_by_a_browser, presented, proves_key, proves_token, sha256
from ringpost.clock import Clock, seconds, stamp
from ringpost.model.errors import Forbidden, Problem, Unauthorized
from ringpost.model.key import ApiKey
from ringpost.store import ConditionFailed, Put, Row, Store, keys

REMEMBERED_SECONDS = 30
_REMEMBERED_KEYS = 1000
_HOUR = 3600
_NOBODY = "00000000-0000-0000-0000-000000000000"
"""Looked up for what cannot be an id, so that it costs what an unknown one does."""
Proof = tuple[bool, str, str]
"""Whether it is a token's, its id, and the hash of its secret."""


class Authenticator:
    """Finds keys, and remembers a proved one for at most ``REMEMBERED_SECONDS``.

    Only what was proved is remembered, under the hash of its secret: whoever asks with a wrong
    secret, an unknown id or what is none costs one read each time, and cannot tell these apart.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._remembered: dict[Proof, tuple[float, Actor]] = {}

    def identify(self, headers: Mapping[str, str], source_ip: str) -> Actor:
        """The actor a request is made by; ``Unauthorized`` for every reason there is, but ``Forbidden`` for a page."""
        if is_sent_by_a_browser(headers):
            raise Forbidden("a page of another origin sends its key as Bearer, X-Auth-Token or X-API-Key, not as Basic")
        credentials = presented(headers)
        if credentials is None:
            raise Unauthorized
        return self.again((credentials.is_token, credentials.uuid, sha256(credentials.secret)), source_ip)

    def again(self, proof: Proof, source_ip: str) -> Actor:
        """The actor who proved itself so before, or does now; ``Unauthorized`` for every reason there is."""
        now = self._clock.now()
        actor = self._recall(proof, now)
        if actor is not None and actor.welcome(source_ip, now):
            return actor
        actor = self._prove(proof, now)
        if actor is None or not actor.welcome(source_ip, now):
            raise Unauthorized
        self._remember(proof, actor, now)
        return actor

    def used(self, actor: Actor) -> None:
        """Note that a key was used, once an hour and as well as it goes."""
        now = self._clock.now()
        hour = int(now // _HOUR)
        if actor.noted_hour == hour:
            return
        key, actor.noted_hour = actor.key, hour
        if key.last_used is not None and int(seconds(key.last_used) // _HOUR) == hour:
            return
        actor.key = noted = key.model_copy(update={"last_used": stamp(now)})
        layout, body = keys.api_key_layout(noted), noted.model_dump_json()
        try:
            self._store.transact(
                [
                    Put(Row(layout.truth, body, key.version), if_version=key.version),
                    *(Put(Row(copy, body, key.version)) for copy in layout.copies),
                ]
            )
        except (ConditionFailed, Problem):
            return

    def _recall(self, proof: Proof, now: float) -> Actor | None:
        until, actor = self._remembered.get(proof, (0.0, None))
        return actor if until > now else None

    def _prove(self, proof: Proof, now: float) -> Actor | None:
        is_token, uuid, digest = proof
        if is_token:
            return token_holder(self._store, uuid, digest, stamp(now))
        row = self._store.get(keys.api_key(uuid or _NOBODY))
        if not proves_key(digest, row.body if row else None) or row is None:
            return None
        key = ApiKey.model_validate_json(row.body)
        is_live = any(live.sha256 == digest for live in key.live_hashes(stamp(now)))
        return Actor(key, digest) if is_live else None

    def _remember(self, proof: Proof, actor: Actor, now: float) -> None:
        if len(self._remembered) >= _REMEMBERED_KEYS:
            self._remembered.clear()
        self._remembered[proof] = (now + REMEMBERED_SECONDS, actor)


def token_holder(store: Store, token_uuid: str, digest: str, now: str) -> Actor | None:
    """Who has a token: its key as it is now, within the token's limits.

    A token is gone with its key, and with the secret of it that it was bought with.
    """
    row = store.get(keys.token(token_uuid))
    if not proves_token(digest, row.body if row else None) or row is None:
        return None
    from ringpost.model.token import StoredToken  # most requests come with a key: a cold start pays for no more

    token = StoredToken.model_validate_json(row.body)
    row = store.get(keys.api_key(token.key_uuid))
    key = ApiKey.model_validate_json(row.body) if row else None
    if key is None or all(live.sha256 != token.bought_with for live in key.live_hashes(now)):
        return None
    return Actor(key, digest, token)

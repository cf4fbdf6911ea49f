"""Our work, written with FastAPI under Mangum.

The functions are ``async`` although the store is not: one request runs at a time in a Lambda function,
and handing each to a thread, as FastAPI does with plain ones, costs several times as much.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from mangum import Mangum

from benchmarks.peer import ACTION, DomainDetails, Keys, PeerKey, Read, domain
from ringpost.model.domain import Domain


def handler(read: Read) -> Any:
    """The function, with this one action."""
    app = FastAPI()
    keys = Keys(read)

    async def proved(credentials: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> PeerKey:
        key = keys.proved(credentials.username, credentials.password)
        if key is None:
            raise HTTPException(401, "unauthorized")
        return key

    @app.post(f"/{ACTION}")
    async def domain_details(asked: DomainDetails, key: Annotated[PeerKey, Depends(proved)]) -> Domain:
        if not key.may(ACTION):
            raise HTTPException(403, "forbidden")
        found = domain(read, key, asked.domain_uuid)
        if found is None:
            raise HTTPException(404, "domain not found")
        return found

    return Mangum(app, lifespan="off")

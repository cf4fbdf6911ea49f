"""The archive in an S3 bucket. How it is encrypted, and for how long it is kept, is the bucket's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ringpost.model.errors import StoreUnavailable
from ringpost.store.archive import Upload, checked, content_type, disposition


class S3Archive:
    """An ``Archive`` in a bucket.

    Its addresses are signed with this process's credentials, and end when those do: a role's, as in
    Lambda, within hours, whatever was asked for; seven days is the most there is. Whoever asks for
    the size of what is not there needs ``s3:ListBucket``; without it S3 does not tell.

    ``client`` is what ``connect`` answers; without one, it is called on first use.
    """

    def __init__(self, bucket: str, client: Any = None) -> None:
        self._bucket = bucket
        self._client = client

    @property
    def origin(self) -> str:
        """From where a browser reads what ``link`` answers."""
        return f"https://{self._bucket}.s3.{self._s3().meta.region_name}.amazonaws.com"

    def upload(self, name: str, seconds: int) -> Upload:
        """Where to PUT a new file within so many seconds."""
        return Upload(self._signed("put_object", name, seconds), None)

    def link(self, name: str, seconds: int, file_name: str) -> str:
        """An address that reads the file for so many seconds."""
        saved_as = {"ResponseContentDisposition": disposition(file_name), "ResponseContentType": content_type(name)}
        return self._signed("get_object", name, seconds, **saved_as)

    def size(self, name: str) -> int | None:
        """How many bytes it has; None if it is not there."""
        from botocore.exceptions import ClientError

        with _answering():
            try:
                return int(self._s3().head_object(**self._place(name))["ContentLength"])
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return None
                raise

    def delete(self, name: str) -> None:
        """Take it away."""
        with _answering():
            self._s3().delete_object(**self._place(name))

    def _signed(self, operation: str, name: str, seconds: int, **more: str) -> str:
        asked = {**self._place(name), **more}
        with _answering():
            return str(self._s3().generate_presigned_url(operation, Params=asked, ExpiresIn=seconds))

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": checked(name)}

    def _s3(self) -> Any:
        if self._client is None:
            self._client = connect()
        return self._client


def connect(**options: Any) -> Any:
    """A client whose addresses work in every region, and which gives up soon. ``options`` are boto3's."""
    from botocore.config import Config  # half a second, and only a recording needs it

    from ringpost.store import aws

    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
        connect_timeout=2,
        read_timeout=3,
        retries={"total_max_attempts": 2},
    )
    return aws.client("s3", config, **options)


@contextmanager
def _answering() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable from error

"""A bucket of the user's, spoken to in the way of S3 with signatures of version 4."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from corpus_to_ft.errors import ConfigError, MissingExtra
from corpus_to_ft.language import Sentence
from corpus_to_ft.tune.rest import Answer, Rest

# The storage does not know the keys, or they may not do this.
REFUSED = (401, 403)


class Bucket:
    """`key_names` are the variables that hold the keys. The bytes are signed: none is changed on the way unseen."""

    def __init__(
        self,
        *,
        url: str,
        region: str,
        name: str,
        access_key: SecretStr,
        secret_key: SecretStr,
        key_names: tuple[str, str],
        timeout_s: float,
    ) -> None:
        try:
            from botocore.auth import S3SigV4Auth
            from botocore.credentials import Credentials
        except ImportError as error:
            raise MissingExtra("clova", "clova") from error
        self._name, self._key_names = name, key_names
        keys = Credentials(access_key.get_secret_value().strip(), secret_key.get_secret_value().strip())
        self._signer = S3SigV4Auth(keys, "s3", region)
        self._rest = Rest(
            base_url=url,
            api_key=None,
            api_key_env=key_names[0],
            timeout_s=timeout_s,
            secrets=(access_key, secret_key),
            needs_key=False,
        )

    def close(self) -> None:
        self._rest.close()

    def put(self, at: str, path: Path, about: Sentence) -> None:
        signed = self._signed("PUT", at, path)
        self._judged(self._rest.put(self._rest.root + self._path(at), path, about, headers=signed, also=REFUSED))

    def size(self, at: str) -> int | None:
        """None where there is no such object."""
        signed = self._signed("HEAD", at)
        about = Sentence("a look at a file")
        answer = self._rest.call("HEAD", self._path(at), about, headers=signed, also=(404, *REFUSED))
        self._judged(answer)
        return None if answer.status == 404 else int(answer.headers.get("content-length", -1))

    def delete(self, at: str) -> None:
        signed = self._signed("DELETE", at)
        self._judged(
            self._rest.call("DELETE", self._path(at), Sentence("deleting a file"), headers=signed, also=REFUSED)
        )

    def _path(self, at: str) -> str:
        return f"/{self._name}/{quote(at, safe='/-_.~')}"

    def _signed(self, method: str, at: str, path: Path | None = None) -> dict[str, str]:
        from botocore.awsrequest import AWSRequest

        with ExitStack() as stack:
            body = stack.enter_context(path.open("rb")) if path else None
            request = AWSRequest(method, self._rest.root + self._path(at), data=body)
            self._signer.add_auth(request)
            return dict(request.headers.items())

    def _judged(self, answer: Answer) -> None:
        if answer.status in REFUSED:
            said = "{url} does not accept the keys in {access} and {secret} for the bucket {name}"
            access, secret = self._key_names
            raise ConfigError(Sentence(said, url=self._rest.root, access=access, secret=secret, name=self._name))

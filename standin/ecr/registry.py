"""The registry of ECR: what `docker push` and `docker pull` speak, over files of this machine.

It knows no users, no deletion and no listing. Source: OCI Distribution Specification 1.1.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import wrap_file

#: Below this path of the server is the registry.
PATH = "/v2/"
_UPLOADS = re.compile(r"/v2/(?P<name>.+)/blobs/uploads/(?P<upload>[0-9a-f-]*)")
_BLOB = re.compile(r"/v2/(?P<name>.+)/blobs/(?P<digest>sha256:[0-9a-f]{64})")
_MANIFEST = re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[\w.:+-]+)")
_CHUNK = 1 << 20


class Registry:
    """Images below `folder`. `pushed` is told of each manifest that is stored: repository, tag and manifest."""

    def __init__(self, folder: Path, pushed: Callable[[str, str, str], None]) -> None:
        self._folder, self._pushed = folder, pushed

    def answer(self, request: Request) -> Response:
        """The response to a request."""
        if found := _UPLOADS.fullmatch(request.path):
            return self._upload(request, found["name"], found["upload"])
        if found := _BLOB.fullmatch(request.path):
            return self._send(request, self._blob(found["digest"]), "application/octet-stream", found["digest"])
        if found := _MANIFEST.fullmatch(request.path):
            return self._manifest(request, found["name"], found["reference"])
        return Response("{}", 200 if request.path == PATH else 404, content_type="application/json")

    def _upload(self, request: Request, name: str, upload: str) -> Response:
        """POST begins, PATCH goes on, PUT ends and names the digest."""
        upload = upload or str(uuid.uuid4())
        part = self._folder / "uploads" / upload
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file:
            while chunk := request.stream.read(_CHUNK):
                file.write(chunk)
            size = file.tell()
        place = {"Location": f"/v2/{name}/blobs/uploads/{upload}", "Range": f"0-{max(size - 1, 0)}"}
        digest = request.args.get("digest")
        if digest is None:
            return Response(status=202, headers=place)
        with part.open("rb") as file:
            if f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" != digest:
                return _failure(400, "DIGEST_INVALID")
        self._blob(digest).parent.mkdir(parents=True, exist_ok=True)
        part.rename(self._blob(digest))
        return Response(status=201, headers={"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest})

    def _manifest(self, request: Request, name: str, reference: str) -> Response:
        if request.method == "PUT":
            return self._store_manifest(request, name, reference)
        path = self._tag(name, reference)
        if not path.exists():
            return _failure(404, "MANIFEST_UNKNOWN")
        stored = json.loads(path.read_text())
        return self._send(request, self._blob(stored["digest"]), stored["type"], stored["digest"])

    def _store_manifest(self, request: Request, name: str, reference: str) -> Response:
        content = request.get_data()
        manifest = json.loads(content)
        for each in [manifest["config"], *manifest["layers"]] if "config" in manifest else []:
            if not self._blob(each["digest"]).exists():
                return _failure(400, "MANIFEST_BLOB_UNKNOWN")
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self._blob(digest).parent.mkdir(parents=True, exist_ok=True)
        self._blob(digest).write_bytes(content)
        for tag in {reference, digest}:
            self._tag(name, tag).parent.mkdir(parents=True, exist_ok=True)
            self._tag(name, tag).write_text(json.dumps({"digest": digest, "type": request.content_type}))
        if reference != digest:
            self._pushed(name, reference, content.decode())
        headers = {"Location": f"/v2/{name}/manifests/{digest}", "Docker-Content-Digest": digest}
        return Response(status=201, headers=headers)

    @staticmethod
    def _send(request: Request, path: Path, type_: str, digest: str) -> Response:
        if not path.exists():
            return _failure(404, "BLOB_UNKNOWN")
        headers = {"Docker-Content-Digest": digest, "Content-Length": str(path.stat().st_size)}
        if request.method == "HEAD":
            return Response(headers=headers, content_type=type_)
        content = wrap_file(request.environ, cast(IO[bytes], path.open("rb")))
        return Response(content, headers=headers, content_type=type_, direct_passthrough=True)

    def _blob(self, digest: str) -> Path:
        return self._folder / "blobs" / digest.removeprefix("sha256:")

    def _tag(self, name: str, reference: str) -> Path:
        return self._folder / "manifests" / name.replace("/", "%2F") / reference


def _failure(status: int, code: str) -> Response:
    return Response(json.dumps({"errors": [{"code": code, "message": code}]}), status, content_type="application/json")

"""The registry of ECR, for `docker push` and `docker pull`. Images are files on this machine.

The registry needs no login, and can neither delete nor list images. Source: OCI Distribution Specification 1.1.
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

#: The start of all paths at which the registry answers.
PATH = "/v2/"
_UPLOAD_PATH = re.compile(r"/v2/(?P<name>.+)/blobs/uploads/(?P<upload>[0-9a-f-]*)")
_BLOB_PATH = re.compile(r"/v2/(?P<name>.+)/blobs/(?P<digest>sha256:[0-9a-f]{64})")
_MANIFEST_PATH = re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[\w.:+-]+)")
#: Size of the chunks in which an upload is read, in bytes.
_CHUNK = 1 << 20


class Registry:
    """A registry with its images in `folder`.

    Args:
        folder: Folder for uploads, blobs and manifests.
        on_push: Called for each pushed tag with repository, tag and manifest.
    """

    def __init__(self, folder: Path, on_push: Callable[[str, str, str], None]) -> None:
        self._folder, self._on_push = folder, on_push

    def answer(self, request: Request) -> Response:
        """Return the response to a request of docker or podman."""
        if match := _UPLOAD_PATH.fullmatch(request.path):
            return self._receive_upload(request, match["name"], match["upload"])
        if match := _BLOB_PATH.fullmatch(request.path):
            return self._file_response(
                request, self._blob(match["digest"]), "application/octet-stream", match["digest"]
            )
        if match := _MANIFEST_PATH.fullmatch(request.path):
            return self._answer_manifest(request, match["name"], match["reference"])
        return Response("{}", 200 if request.path == PATH else 404, content_type="application/json")

    def _receive_upload(self, request: Request, name: str, upload_id: str) -> Response:
        """Receive one request of the upload of a blob, for example of an image's layer.

        POST starts an upload, PATCH adds bytes, and PUT ends it.

        Args:
            request: the request, with bytes of the blob as its body.
            name: the name of the image's repository.
            upload_id: the id of the upload; empty for a new one.
        """
        upload_id = upload_id or str(uuid.uuid4())
        upload = self._folder / "uploads" / upload_id
        upload.parent.mkdir(parents=True, exist_ok=True)
        with upload.open("ab") as file:
            while chunk := request.stream.read(_CHUNK):
                file.write(chunk)
            size = file.tell()
        headers = {"Location": f"/v2/{name}/blobs/uploads/{upload_id}", "Range": f"0-{max(size - 1, 0)}"}
        digest = request.args.get("digest")
        if digest is None:
            return Response(status=202, headers=headers)
        with upload.open("rb") as file:
            if f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" != digest:
                return _failure(400, "DIGEST_INVALID")
        self._blob(digest).parent.mkdir(parents=True, exist_ok=True)
        upload.rename(self._blob(digest))
        return Response(status=201, headers={"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest})

    def _answer_manifest(self, request: Request, name: str, reference: str) -> Response:
        if request.method == "PUT":
            return self._store_manifest(request, name, reference)
        path = self._tag(name, reference)
        if not path.exists():
            return _failure(404, "MANIFEST_UNKNOWN")
        stored = json.loads(path.read_text())
        return self._file_response(request, self._blob(stored["digest"]), stored["type"], stored["digest"])

    def _store_manifest(self, request: Request, name: str, reference: str) -> Response:
        content = request.get_data()
        manifest = json.loads(content)
        for blob in [manifest["config"], *manifest["layers"]] if "config" in manifest else []:
            if not self._blob(blob["digest"]).exists():
                return _failure(400, "MANIFEST_BLOB_UNKNOWN")
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self._blob(digest).parent.mkdir(parents=True, exist_ok=True)
        self._blob(digest).write_bytes(content)
        for tag in {reference, digest}:
            self._tag(name, tag).parent.mkdir(parents=True, exist_ok=True)
            self._tag(name, tag).write_text(json.dumps({"digest": digest, "type": request.content_type}))
        if reference != digest:
            self._on_push(name, reference, content.decode())
        headers = {"Location": f"/v2/{name}/manifests/{digest}", "Docker-Content-Digest": digest}
        return Response(status=201, headers=headers)

    @staticmethod
    def _file_response(request: Request, path: Path, content_type: str, digest: str) -> Response:
        if not path.exists():
            return _failure(404, "BLOB_UNKNOWN")
        headers = {"Docker-Content-Digest": digest, "Content-Length": str(path.stat().st_size)}
        if request.method == "HEAD":
            return Response(headers=headers, content_type=content_type)
        content = wrap_file(request.environ, cast(IO[bytes], path.open("rb")))
        return Response(content, headers=headers, content_type=content_type, direct_passthrough=True)

    def _blob(self, digest: str) -> Path:
        return self._folder / "blobs" / digest.removeprefix("sha256:")

    def _tag(self, name: str, reference: str) -> Path:
        return self._folder / "manifests" / name.replace("/", "%2F") / reference


def _failure(status: int, code: str) -> Response:
    return Response(json.dumps({"errors": [{"code": code, "message": code}]}), status, content_type="application/json")

"""Tests of ECR's registry: images come back unchanged, and damaged ones are refused."""

from __future__ import annotations

import hashlib
import json
import uuid

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.support.standin.standin_server import LocalAws


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.fixture
def repository(aws: LocalAws) -> str:
    name = f"r/{uuid.uuid4().hex}"
    aws.client("ecr").create_repository(repositoryName=name)
    return name


def push_blob(http: httpx.Client, repository: str, content: bytes, claimed_digest: str) -> int:
    location = http.post(f"/v2/{repository}/blobs/uploads/").headers["Location"]
    location = http.patch(location, content=content[:3]).headers["Location"]
    return http.put(location, content=content[3:], params={"digest": claimed_digest}).status_code


def manifest_of(config: bytes, layer: bytes) -> bytes:
    config_type = "application/vnd.oci.image.config.v1+json"
    layer_type = "application/vnd.oci.image.layer.v1.tar"
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": config_type, "digest": digest(config), "size": len(config)},
            "layers": [{"mediaType": layer_type, "digest": digest(layer), "size": len(layer)}],
        }
    ).encode()


def test_a_pushed_image_can_be_pulled_unchanged_and_ecr_lists_it(aws: LocalAws, repository: str) -> None:
    config, layer = b'{"os": "linux"}', uuid.uuid4().bytes * 100
    manifest = manifest_of(config, layer)
    with httpx.Client(base_url=aws.endpoint) as http:
        assert http.get("/v2/").is_success
        assert http.head(f"/v2/{repository}/blobs/{digest(layer)}").status_code == 404
        for content in (config, layer):
            assert push_blob(http, repository, content, digest(content)) == 201
        headers = {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}
        assert http.put(f"/v2/{repository}/manifests/one", content=manifest, headers=headers).status_code == 201
        for reference in ("one", digest(manifest)):
            answer = http.get(f"/v2/{repository}/manifests/{reference}")
            assert (answer.content, answer.headers["Content-Type"]) == (manifest, headers["Content-Type"])
        assert http.get(f"/v2/{repository}/blobs/{digest(layer)}").content == layer
    tagged = [{"imageTag": "one"}]
    [image] = aws.client("ecr").describe_images(repositoryName=repository, imageIds=tagged)["imageDetails"]
    assert image["imageTags"] == ["one"]


def test_a_damaged_layer_is_refused(aws: LocalAws, repository: str) -> None:
    with httpx.Client(base_url=aws.endpoint) as http:
        assert push_blob(http, repository, b"damaged", digest(b"whole")) == 400
        assert http.head(f"/v2/{repository}/blobs/{digest(b'whole')}").status_code == 404


def test_an_image_without_its_layers_is_refused(aws: LocalAws, repository: str) -> None:
    config = uuid.uuid4().bytes
    manifest = manifest_of(config, b"nowhere")
    with httpx.Client(base_url=aws.endpoint) as http:
        push_blob(http, repository, config, digest(config))
        assert http.put(f"/v2/{repository}/manifests/one", content=manifest).status_code == 400
        assert http.get(f"/v2/{repository}/manifests/one").status_code == 404
    with pytest.raises(ClientError, match="does not exist"):
        aws.client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": "one"}])

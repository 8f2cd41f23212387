"""Requests that a browser sends from a page of another host: the rules of the bucket decide."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.standin.standin_server import LocalAws

PAGE = "https://airflow.example"


@pytest.fixture
def address(aws: LocalAws, s3: Any, bucket: str) -> str:
    """Return the address of an object in a bucket that allows PUT to every page."""
    rule: Any = {"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["if-none-match"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [{**rule, "MaxAgeSeconds": 60}]})
    return f"{aws.endpoint}/{bucket}/input/a"


def preflight(address: str, method: str = "PUT", headers: str = "") -> httpx.Response:
    requested = {"Access-Control-Request-Headers": headers} if headers else {}
    return httpx.options(address, headers={"Origin": PAGE, "Access-Control-Request-Method": method, **requested})


def test_a_preflight_request_is_answered_by_the_rule_that_fits(address: str) -> None:
    answer = preflight(address, headers="If-None-Match")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "PUT"
    assert answer.headers["access-control-allow-headers"] == "if-none-match"
    assert answer.headers["access-control-max-age"] == "60"


@pytest.mark.parametrize(("method", "headers"), [("DELETE", ""), ("GET", ""), ("PUT", "content-type, if-none-match")])
def test_a_preflight_request_that_no_rule_allows_is_refused(address: str, method: str, headers: str) -> None:
    answer = preflight(address, method, headers)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_bucket_without_rules_refuses_every_page(aws: LocalAws, bucket: str) -> None:
    assert preflight(f"{aws.endpoint}/{bucket}/input/a").status_code == 403


def test_a_rule_may_name_its_pages(aws: LocalAws, s3: Any, bucket: str) -> None:
    rule: Any = {"AllowedOrigins": ["https://*.example"], "AllowedMethods": ["GET"], "ExposeHeaders": ["ETag"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    address = f"{aws.endpoint}/{bucket}/missing"
    answer = httpx.get(address, headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, PAGE)
    assert answer.headers["access-control-expose-headers"] == "ETag"
    other = httpx.get(address, headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in other.headers


def test_an_answer_to_another_method_has_no_headers_for_pages(address: str) -> None:
    assert httpx.put(address, content=b"a", headers={"Origin": PAGE}).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in httpx.get(address, headers={"Origin": PAGE}).headers
    assert "access-control-allow-origin" not in httpx.put(address, content=b"a").headers

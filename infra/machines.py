"""Which machines Batch may start, and what they must have room for."""

from __future__ import annotations

from typing import Final

#: Sizes, with their vCPUs. None larger: all children of a machine share its disk.
_SIZES = {"xlarge": 4, "2xlarge": 8, "4xlarge": 16}

LARGEST: Final = max(_SIZES.values())

#: In MiB: the system with the image, and a model from the bucket of the official one's size.
_SYSTEM, _MODEL = 30_000, 1_200


def kinds(families: str) -> list[str]:
    """Every kind of machine of some families, which stand with commas between them: `c6i.xlarge`."""
    return [f"{family.strip()}.{size}" for family in families.split(",") for size in _SIZES]


def least_disk(vcpus: int, max_file_megabytes: int) -> int:
    """The least disk of a machine, in GiB, so that each of its children has room for the largest file and a model.

    Args:
        vcpus: of one child.
        max_file_megabytes: the size of the largest file that is taken, in MiB.
    """
    return -(-(_SYSTEM + LARGEST // vcpus * (max_file_megabytes + _MODEL)) // 1024)

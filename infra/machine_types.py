"""The types of machines that Batch may start, and of the NAT instance, and the disks that they need."""

from __future__ import annotations

from typing import Final

#: The vCPUs of each size. There is no larger size, because all children of a machine share its disk.
_SIZES = {"xlarge": 4, "2xlarge": 8, "4xlarge": 16}

MAX_VCPUS: Final = max(_SIZES.values())

#: The type of the NAT instance: the smallest Arm machine. It carries calls of APIs, logs and packages of
#: requirements.txt; audio, transcripts and image layers go through the gateway endpoint of S3.
NAT_INSTANCE: Final = "t4g.nano"
#: The disk of the NAT instance, in GiB: the size of Amazon Linux's machine image.
NAT_DISK_GIGABYTES: Final = 8

#: Disk space in MiB for the operating system with the image.
_SYSTEM_MEGABYTES = 30_000
#: Disk space in MiB for a model from the bucket, of the size of the official model.
_MODEL_MEGABYTES = 1_200


def instance_types(families: str) -> list[str]:
    """Return the machine types of some families.

    Args:
        families: Families, separated by commas: `c6i,m6i`.

    Returns:
        Machine types such as `c6i.xlarge`.
    """
    different = dict.fromkeys(family.strip() for family in families.split(","))
    return [f"{family}.{size}" for family in different for size in _SIZES]


def smallest_machine(vcpus: int) -> int:
    """Return the vCPUs of the smallest machine that runs a container with this number of vCPUs."""
    return min(size for size in _SIZES.values() if size >= vcpus)


def min_disk_gigabytes(vcpus: int, max_file_megabytes: int) -> int:
    """Return the size of a machine's disk, in GiB, that is enough for all children of the largest machine.

    Each child stores the largest file and a model.

    Args:
        vcpus: The vCPUs of one child.
        max_file_megabytes: The size of the largest accepted file, in MiB.
    """
    children = MAX_VCPUS // vcpus
    return -(-(_SYSTEM_MEGABYTES + children * (max_file_megabytes + _MODEL_MEGABYTES)) // 1024)

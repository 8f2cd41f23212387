"""What the README's numbers come from: `make bench` measures all of it, `python -m benchmarks NAME…` a part."""

"""Measurements side by side: every figure stands beside a baseline from the same run (`python -m benchmarks`)."""

"""Builds both packages for arm64 and runs an edit with them under qemu, against the local stack."""

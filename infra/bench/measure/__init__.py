"""The measurements of `make bench`. The tests of `events/` and `make arm64` share parts of it."""

"""What `make bench` measures, and the parts of it that the tests of `events/` share."""

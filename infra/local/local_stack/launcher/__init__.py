"""Starts the emulator with its known gaps closed.

Every gap is closed by one small function that names the version it was written for and the test that shows when it
can go. The tests run the emulator without the function (the gap is still there) and with it (the gap is closed).
"""

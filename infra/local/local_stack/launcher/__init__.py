"""Starts the emulator with its known gaps closed.

One small function closes each gap and names its test. The test runs the emulator without the function, to show that the
gap is still there, and with it, to show that the function closes it. When the first fails, the function can go.
"""

"""A program that decodes audio of all formats but WAV. It runs in a process of its own, which a file may crash.

It must not import engines or S3: each file that crashes it makes the container start it again.
"""

"""How fast the transcriber is, and what it needs, beside the original's way and beside libdeepspeech alone."""

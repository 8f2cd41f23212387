"""Speech to text with DeepSpeech, for the files of a shard in S3 or for files on this machine.

A file passes through these packages as a stream:

- `audio`: check the file, decode it, cut it into segments at silence.
- `engines`: turn segments into words. `workers` runs an engine on every core, `selection` chooses the engine, and
  `model` reads the model's files.
- `text`: assemble the transcript of a file from its words.
- `shard`: take many files at once through these steps, from their download to their result records.
"""

#: The version of this code, which every transcript states.
__version__ = "0.2.0"

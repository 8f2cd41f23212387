"""Speech to text with DeepSpeech: the files of a shard in S3, or WAV files of this machine.

A file passes through these packages as a stream:

- `audio`: check the WAV file, decode it, cut it into segments at silence.
- `engines`: turn segments into words. `workers` runs an engine on every core, `selection` chooses the engine, and
  `model` reads the model's files.
- `text`: put the words of a file together to a transcript, JSON and subtitles.
- `shard`: do this for many files at once, from their download to their result records.
"""

#: The version of this code, which every transcript states.
__version__ = "0.2.0"

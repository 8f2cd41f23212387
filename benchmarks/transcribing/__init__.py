"""Speed and memory of transcription: both engines, the network alone, and other ways to use libdeepspeech."""

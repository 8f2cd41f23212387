"""The format of DeepSpeech's scorers, as far as DAG and container both read it. It is read in parts, also from S3."""

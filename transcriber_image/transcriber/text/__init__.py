"""Put the words of a file together to a transcript, and write it as text, JSON and subtitles."""

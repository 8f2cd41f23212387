"""Signatures of file types, which name the type of a file that is not audio of a format that is read.

Sources: the specifications of the formats, and the signatures of the programs `file` and PhotoRec.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from transcriber.audio.file_type import DECRYPT, DOWNLOAD_AGAIN, NO_AUDIO, UNPACK, FileType
from transcriber.audio.text_signatures import text_type

_START_BYTES = 512
_BLOCK = 2**20

_SIDE_FILE = FileType(
    "a side file of macOS (AppleDouble), which contains no audio",
    "The recording is the file whose name has no `._` in front. Delete this file.",
)
_DICTATION = "Convert it to WAV with the program of the recorder, for example ODMS, DSS Player or SpeechExec."
_ENCRYPTED_DICTATION = f"Decrypt it. {_DICTATION}"

#: How files of other types start: offset, bytes, type. An earlier row has precedence.
_SIGNATURES = (
    (0, b"ID3", FileType("an MP3 file")),
    (0, b"OggS", FileType("an Ogg file")),
    (0, b"fLaC", FileType("a FLAC file")),
    (4, b"ftyphei", FileType("a HEIC image", NO_AUDIO)),
    (4, b"ftypmif1", FileType("a HEIC image", NO_AUDIO)),
    (4, b"ftypavif", FileType("an AVIF image", NO_AUDIO)),
    (4, b"ftypqt", FileType("a QuickTime file")),
    (4, b"ftyp3g", FileType("a 3GP file")),
    (4, b"ftyp", FileType("an MP4 or M4A file")),
    (4, b"moov", FileType("a QuickTime file")),
    (4, b"mdat", FileType("a QuickTime or MP4 file whose recording was not finished")),
    (0, b"FORM", FileType("an AIFF file")),
    (0, b"caff", FileType("a Core Audio (CAF) file")),
    (0, b"#!AMR", FileType("an AMR file")),
    (0, b"#!EVRC", FileType("an EVRC file")),
    (0, b"#!iLBC", FileType("an iLBC file")),
    (0, b"#!SILK", FileType("a SILK voice message")),
    (1, b"#!SILK", FileType("a SILK voice message")),
    (0, b"\x1aE\xdf\xa3", FileType("a WebM or Matroska file")),
    (0, b"0&\xb2u", FileType("a Windows Media (WMA) file")),
    (0, b"riff", FileType("a Wave64 file")),
    (0, b"\xef\xbb\xbfRIFF", FileType("a WAV file that was saved as text, which destroyed it", DOWNLOAD_AGAIN)),
    (0, b".snd", FileType("an AU file")),
    (0, b"dns.", FileType("an AU file")),
    (0, b"NIST_1A", FileType("a NIST SPHERE file")),
    (0, b"ALawSoundFile", FileType("a Psion sound file")),
    (0, b"MZ", FileType("a program for Windows", NO_AUDIO)),
    (0, b"\x7fELF", FileType("a program for Linux", NO_AUDIO)),
    (0, b"Creative Voice File", FileType("a Creative Voice (VOC) file")),
    (0, b"wvpk", FileType("a WavPack file")),
    (0, b"MAC ", FileType("a Monkey's Audio file")),
    (0, b"TTA1", FileType("a True Audio file")),
    (0, b"ajkg", FileType("a Shorten file")),
    (0, b"MPCK", FileType("a Musepack file")),
    (0, b"MP+", FileType("a Musepack file")),
    (0, b"DSD ", FileType("a DSF file")),
    (0, b"FRM8", FileType("a DSDIFF file")),
    (0, b".RMF", FileType("a RealMedia file")),
    (0, b".ra\xfd", FileType("a RealAudio file")),
    (0, b"FLV\x01", FileType("a Flash video")),
    (0, b"\0\0\1\xba", FileType("an MPEG video")),
    (0, b"\x0b\x77", FileType("a Dolby AC-3 file")),
    (0, b"MThd", FileType("a MIDI file", "It contains notes and no recorded sound. Upload the recording itself.")),
    # dictation machines
    (0, b"\x02dss", FileType("a dictation file (DSS) of Olympus, Philips or Grundig", _DICTATION)),
    (0, b"\x03dss", FileType("a dictation file (DSS) of Olympus, Philips or Grundig", _DICTATION)),
    (1, b"ds2", FileType("a dictation file (DS2) of Olympus, Philips or Grundig", _DICTATION)),
    (1, b"enc", FileType("an encrypted dictation file (DS2)", _ENCRYPTED_DICTATION)),
    (
        0,
        b"MS_VOICE",
        FileType("a dictation file (DVF or MSV) of Sony", "Convert it to WAV with Sony's Sound Organizer."),
    ),
    # macOS and Windows
    (0, b"\0\5\x16\7", _SIDE_FILE),
    (0, b"\0\5\x16\0", FileType("an AppleSingle file", UNPACK)),
    (0, b"book\0\0\0\0mark", FileType("an alias of macOS, which only points to a file", NO_AUDIO)),
    (0, b"bplist00", FileType("a property list of macOS", NO_AUDIO)),
    (0, b"L\0\0\0\1\x14\2\0", FileType("a shortcut of Windows, which only points to a file", NO_AUDIO)),
    (0, b"MZ\x90\0", FileType("a program for Windows", NO_AUDIO)),
    (0, b"\x7fELF", FileType("a program for Linux", NO_AUDIO)),
    # encryption
    (0, b"Salted__", FileType("a file that OpenSSL encrypted", DECRYPT)),
    (0, b"age-encryption.org", FileType("a file that age encrypted", DECRYPT)),
    (0, b"\xc0\xb9\x07\x2e\x4f\x93\xf1\x46", FileType("a file that AxCrypt encrypted", DECRYPT)),
    # archives
    (30, b"[Content_Types].xml", FileType("an Office document (Word, Excel or PowerPoint)", NO_AUDIO)),
    (30, b"mimetypeapplication/", FileType("an OpenDocument or e-book file", NO_AUDIO)),
    (0, b"PK\x03\x04", FileType("a ZIP file", UNPACK)),
    (0, b"PK\x05\x06", FileType("an empty ZIP file", NO_AUDIO)),
    (0, b"\x1f\x8b", FileType("a gzip file", UNPACK)),
    (0, b"BZh", FileType("a bzip2 file", UNPACK)),
    (0, b"\xfd7zXZ", FileType("an xz file", UNPACK)),
    (0, b"7z\xbc\xaf\x27\x1c", FileType("a 7-Zip file", UNPACK)),
    (0, b"Rar!", FileType("a RAR file", UNPACK)),
    (0, b"\x28\xb5\x2f\xfd", FileType("a Zstandard file", UNPACK)),
    (0, b"\x04\x22\x4d\x18", FileType("an LZ4 file", UNPACK)),
    (257, b"ustar", FileType("a tar file", UNPACK)),
    # documents, images, data
    (0, b"%PDF", FileType("a PDF file", NO_AUDIO)),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType("an Office document (Word, Excel or Outlook)", NO_AUDIO)),
    (0, b"{\\rtf", FileType("an RTF document", NO_AUDIO)),
    (0, b"\x89PNG", FileType("a PNG image", NO_AUDIO)),
    (0, b"\xff\xd8\xff", FileType("a JPEG image", NO_AUDIO)),
    (0, b"GIF8", FileType("a GIF image", NO_AUDIO)),
    (0, b"II*\0", FileType("a TIFF image", NO_AUDIO)),
    (0, b"MM\0*", FileType("a TIFF image", NO_AUDIO)),
    (0, b"SQLite format 3\0", FileType("an SQLite database", NO_AUDIO)),
    (0, b"\x93NUMPY", FileType("a NumPy array")),
    (0, b"MATLAB ", FileType("a MATLAB file")),
    (0, b"ooBinaryFile", FileType("a Praat file", "Save the sound as a WAV file in Praat.")),
)


#: The same for signatures with bits or repetitions: an MPEG audio frame starts with eleven set bits and no reserved
#: value in the next bits; packets of a transport stream have 188 bytes.
_PATTERNS = (
    (re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][^\xf0-\xff]"), FileType("an MP3 file")),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), FileType("an AAC file")),
    (re.compile(rb"G.{187}G.{187}G", re.DOTALL), FileType("an MPEG transport stream")),
)


def identify(file: BinaryIO) -> FileType:
    """Return the type of a file that is not audio of a format that is read.

    The name of an unknown type shows some bytes of the file.
    """
    file.seek(0)
    start = file.read(_START_BYTES)
    for offset, signature, file_type in _SIGNATURES:
        if start.startswith(signature, offset):
            return file_type
    if start.startswith(b"RIFF"):
        return FileType(f"a RIFF file without WAVE audio (its type is {start[8:12].decode('latin-1')!r})")
    if start[:1] in (b"\0", b"\xff") and not start.strip(start[:1]):
        return _filled(file, start[:1])
    matches = (file_type for pattern, file_type in _PATTERNS if pattern.match(start))
    return text_type(start) or next(matches, None) or _unknown(start)


def _unknown(start: bytes) -> FileType:
    return FileType(
        f"a file of an unknown type (its first bytes are {start[:8].hex(' ')})",
        "If it is audio, convert it to WAV; raw audio needs a header that gives its format.",
    )


def _filled(file: BinaryIO, value: bytes) -> FileType:
    """Return the type of a file that starts with many equal bytes."""
    file.seek(0)
    is_filled = not any(block.strip(value) for block in iter(lambda: file.read(_BLOCK), b""))
    kind = "zeros" if value == b"\0" else "bytes 0xff"
    return FileType(
        f"a file of nothing but {kind}" if is_filled else f"a file that starts with {kind} in place of its header",
        "The recorder or the upload reserved the space and lost the content, for example in a power cut. "
        "Copy the file from the recorder again.",
    )

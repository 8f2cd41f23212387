// The place of the words for which a person searched, and from whose result the person came here.

/**
 * Find a text in segments, in small or capital letters.
 *
 * Returns the first segment with the text, and the place of the word in which the text starts; undefined if no segment
 * has it.
 */
export function findWord(segments, text) {
  const searched = text.trim().toLowerCase();
  if (searched === "") return undefined;
  for (const segment of segments) {
    const start = segment.text.toLowerCase().indexOf(searched);
    const place = start < 0 ? -1 : placeAt(segment, start);
    if (place >= 0) return { segment, place };
  }
  return undefined;
}

/** The place of the word at a character of the segment's text. */
function placeAt(segment, character) {
  let end = 0;
  return segment.words.findIndex(({ word }) => {
    end = segment.text.indexOf(word, end) + word.length;
    return end > character;
  });
}

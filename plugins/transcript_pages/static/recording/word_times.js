// Times for the words of an edited text, until the server's answer brings the final ones. The server's rule, which is
// finer, is in transcription/contract/word_alignment.py.

/** A word with times for each of `texts`. Words at the start and at the end that did not change keep their times. */
export function timedWords(texts, old, start, end) {
  const shorter = Math.min(texts.length, old.length);
  let head = 0;
  while (head < shorter && texts[head] === old[head].word) head += 1;
  let tail = 0;
  while (tail < shorter - head && texts.at(-1 - tail) === old.at(-1 - tail).word) tail += 1;
  const changed = texts.slice(head, texts.length - tail);
  const replaced = old.slice(head, old.length - tail);
  const before = old[head - 1];
  const after = old[old.length - tail];
  const from = replaced[0]?.start ?? before?.end ?? start;
  const to = replaced.at(-1)?.end ?? after?.start ?? end;
  const middle =
    changed.length === replaced.length
      ? changed.map((word, place) => newWord(word, replaced[place].start, replaced[place].end))
      : spread(changed, from, Math.max(from, to));
  return [...old.slice(0, head), ...middle, ...old.slice(old.length - tail)];
}

function newWord(word, start, end) {
  return { word, start, end, confidence: null, alternatives: [] };
}

function spread(texts, start, end) {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  let letters = 0;
  return texts.map((text) => {
    const from = start + ((end - start) * letters) / total;
    letters += text.length;
    return newWord(text, from, start + ((end - start) * letters) / total);
  });
}

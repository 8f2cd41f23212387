// The words of a text, and the text of words, also in Chinese and Japanese script, where each character is a word.
// The server's rule is in transcription/contract/word_spacing.py; a test compares the two.

const CJK =
  "\\u2e80-\\u2fdf\\u3001-\\u312f\\u31a0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\uff01-\\uffef\\u{20000}-\\u{3ffff}";
const CHARACTER = `[${CJK}][\\u3099\\u309a\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]*`;
const WORD = new RegExp(`${CHARACTER}|[^\\s${CJK}]+`, "gu");
const ONE_CHARACTER = new RegExp(`^${CHARACTER}$`, "u");

/** The words of a text: what stands between white space, and each character of Chinese and Japanese script. */
export function wordsOf(text) {
  return text.match(WORD) ?? [];
}

/** What separates two words in a text: nothing if both are characters of Chinese or Japanese script. */
export function spaceBetween(word, following) {
  return ONE_CHARACTER.test(word) && ONE_CHARACTER.test(following) ? "" : " ";
}

/** The text of some words. */
export function joinWords(words) {
  return words.map((word, place) => (place ? spaceBetween(words[place - 1], word) : "") + word).join("");
}

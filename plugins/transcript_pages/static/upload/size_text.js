// Sizes of files for people. No line breaks between a number and its unit.

const NO_BREAK = "\u00a0";
const UNITS = ["bytes", "KB", "MB", "GB"];

/** The size of a file, rounded as the server rounds it. */
export function sizeText(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(unit > 1 ? 1 : 0)}${NO_BREAK}${UNITS[unit]}`;
}

/** The size of a file to the byte. */
export function exactSizeText(bytes) {
  return `${bytes.toLocaleString()}${NO_BREAK}bytes`;
}

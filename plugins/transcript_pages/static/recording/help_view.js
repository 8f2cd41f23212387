// The overlay with the keys.

import { element } from "./elements.js";
import { KEYS, keyName } from "./keyboard.js";

/** Fill the help dialog with the table of keys. */
export function fillHelp(dialog) {
  const cell = (keys) =>
    element("td", {}, ...keys.flatMap((key, place) => [place ? " or " : "", element("kbd", {}, keyName(key))]));
  const rows = KEYS.map(({ outside, inside, help }) =>
    element("tr", {}, element("td", {}, help), cell(outside), cell(inside)),
  );
  dialog.querySelector("tbody").replaceChildren(...rows);
}

// What a transcript was made from, and by what.

import { element } from "./elements.js";

/** Show the provenance as a list of terms and values. */
export function showProvenance(list, provenance) {
  const rows = provenance.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  list.replaceChildren(...rows);
}

// Two people's changes of the same version, brought together part by part.
//
// A part is a stretch of one channel in which no segment of any version crosses the ends. If one person alone changed a
// part, that change counts. If both changed it in different ways, a person has to choose.

const RANK = ["unchecked", "checked", "corrected"];

/**
 * Compare three versions of the segments of a recording.
 *
 * Returns the parts in the order of time. Each has `segments`, or, where both people changed it, `mine` and `theirs`.
 */
export function merge(base, mine, theirs) {
  const parts = divide({ base, mine, theirs }).map((part) => {
    if (areSame(part.mine, part.theirs) || areSame(part.base, part.theirs)) return { segments: part.mine };
    if (areSame(part.base, part.mine)) return { segments: part.theirs };
    if (haveSameText(part.mine, part.theirs)) {
      return { segments: part.mine.map((segment, place) => furtherState(segment, part.theirs[place])) };
    }
    return { mine: part.mine, theirs: part.theirs };
  });
  return parts;
}

/** All segments of parts in which everything is decided, in the order of time. */
export function joinParts(parts) {
  const segments = parts.flatMap((part) => part.segments);
  return segments.sort((first, second) => first.start - second.start);
}

function divide(versions) {
  const pieces = Object.entries(versions)
    .flatMap(([version, segments]) => segments.map((segment) => ({ version, segment })))
    .sort((first, second) => first.segment.start - second.segment.start);
  const parts = [];
  const open = new Map();
  for (const { version, segment } of pieces) {
    const channel = segment.channel ?? "";
    let part = open.get(channel);
    if (part === undefined || (segment.start >= part.end && segment.start > part.start)) {
      part = { start: segment.start, end: segment.end, base: [], mine: [], theirs: [] };
      open.set(channel, part);
      parts.push(part);
    }
    part.end = Math.max(part.end, segment.end);
    part[version].push(segment);
  }
  return parts;
}

function haveSameText(first, second) {
  return (
    first.length === second.length &&
    first.every((segment, place) =>
      ["start", "end", "text"].every((field) => segment[field] === second[place][field]),
    )
  );
}

function areSame(first, second) {
  return haveSameText(first, second) && first.every((segment, place) => segment.state === second[place].state);
}

function furtherState(first, second) {
  return RANK.indexOf(first.state) >= RANK.indexOf(second.state) ? first : second;
}

// The uploads in parts that this browser began and did not finish. They survive a closed tab.

const PREFIX = "transcripts-upload:";

const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);
const isOf = (upload, file) => upload.size === file.size && upload.modified === file.lastModified;

/** All unfinished uploads, as a list of `path`, `size`, `modified`, `uploadId` and `partBytes`. */
export function allUnfinished() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .sort()
      .map((key) => ({ ...JSON.parse(localStorage.getItem(key)), path: key.slice(PREFIX.length) }));
  } catch {
    return []; // The browser forbids storage, so uploads continue in this tab only.
  }
}

/**
 * The unfinished upload of a file; undefined if there is none.
 *
 * A file that is chosen without a folder continues the only upload of a file with this name, size and time.
 */
export function findUnfinished(path, file) {
  const uploads = allUnfinished().filter((upload) => isOf(upload, file));
  const named = path.includes("/") ? [] : uploads.filter((upload) => nameOf(upload.path) === path);
  return uploads.find((upload) => upload.path === path) ?? (named.length === 1 ? named[0] : undefined);
}

export function keepUnfinished(path, file, { uploadId, partBytes }) {
  const upload = { size: file.size, modified: file.lastModified, uploadId, partBytes };
  try {
    localStorage.setItem(PREFIX + path, JSON.stringify(upload));
  } catch {
    // As above.
  }
}

export function forgetUnfinished(path) {
  try {
    localStorage.removeItem(PREFIX + path);
  } catch {
    // As above.
  }
}

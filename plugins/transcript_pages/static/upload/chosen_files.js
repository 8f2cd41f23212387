// The files that a person chose or dropped, with their paths below the dropped folders.

/** The files of an `<input type="file">`, as a list of `path` and `file`. */
export function filesOfInput(input) {
  return [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** The files that were dropped, and all files of dropped folders. */
export async function filesOfDrop(transfer) {
  // After the first wait, the browser forgets what was dropped.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const files = entries.length === 0 ? [...transfer.files].map((file) => ({ path: file.name, file })) : [];
  for (const entry of entries) {
    await collect(entry, "", files);
  }
  return files;
}

async function collect(entry, folder, files) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    files.push({ path: folder + entry.name, file });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A call returns up to 100 entries; an empty list is the end.
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const child of entries) {
      await collect(child, `${folder}${entry.name}/`, files);
    }
  }
}

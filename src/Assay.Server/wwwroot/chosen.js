// The files of a drop or a choice, with their paths, in an order that does not depend on the browser. Hidden ones are left out.
const all = reader => new Promise((done, fail) => {
  const entries = [];
  const next = () => reader.readEntries(part => {
    if (part.length === 0) done(entries);
    else { entries.push(...part); next(); }
  }, fail);
  next();
});

async function walk(entry, path) {
  const name = path ? `${path}/${entry.name}` : entry.name;
  if (entry.isFile) return [{ name, file: await new Promise((done, fail) => entry.file(done, fail)) }];
  return (await Promise.all((await all(entry.createReader())).map(child => walk(child, name)))).flat();
}

const tidy = files => files.filter(({ name }) => !name.split('/').some(part => part.startsWith('.')))
  .sort((one, other) => one.name < other.name ? -1 : one.name > other.name ? 1 : 0);

/** Files of inputs; those of a folder carry their path. */
export const ofInput = input => tidy([...input.files].map(file => ({ name: file.webkitRelativePath || file.name, file })));

/** Files and folders of a drop. */
export async function ofDrop(transfer) {
  // All entries are taken at once: the list is empty after the first await.
  const found = [...transfer.items].filter(item => item.kind === 'file').map(item => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  return tidy((await Promise.all(found.map(({ entry, file }) => entry ? walk(entry, '') : [{ name: file.name, file }]))).flat());
}

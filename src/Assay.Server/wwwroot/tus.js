// One file in pieces (tus 1.0.0): it goes on where a broken connection left it.
const version = { 'Tus-Resumable': '1.0.0' };
const retries = 4;
const pause = seconds => new Promise(done => setTimeout(done, seconds * 1000));
const base64 = text => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** The server's answer is final: problem is its problem+json. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `The server answered ${status}.`);
    this.problem = problem;
  }
}

const contribution = answer => answer.headers.get('Content-Location')?.split('/').pop();
const refuse = async answer => { throw new Refused(answer.status, await answer.json().catch(() => null)); };

async function create(file, facts, key) {
  const metadata = Object.entries(facts).filter(([, value]) => value).map(([name, value]) => `${name} ${base64(value)}`).join(',');
  const answer = await fetch('/api/v1/uploads', { method: 'POST', headers: { ...version, 'Upload-Length': file.size, 'Upload-Metadata': metadata, 'Idempotency-Key': key } });
  if (answer.status >= 500) throw new Error(`The server answered ${answer.status}.`);
  if (!answer.ok) await refuse(answer);
  return { address: answer.headers.get('Location'), offset: Number(answer.headers.get('Upload-Offset')), id: contribution(answer) };
}

async function look(address) {
  const answer = await fetch(address, { method: 'HEAD', headers: version });
  if (answer.status >= 500) throw new Error(`The server answered ${answer.status}.`);
  if (!answer.ok) await refuse(await fetch(address));
  return { address, offset: Number(answer.headers.get('Upload-Offset')), id: contribution(answer) };
}

// fetch cannot tell how much of a body is sent; XMLHttpRequest can.
const piece = (address, file, offset, progress) => new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  request.open('PATCH', address);
  for (const [name, value] of Object.entries(version)) request.setRequestHeader(name, value);
  request.setRequestHeader('Upload-Offset', offset);
  request.setRequestHeader('Content-Type', 'application/offset+octet-stream');
  request.responseType = 'json';
  request.upload.onprogress = event => progress(offset + event.loaded);
  request.onload = () => {
    const at = request.getResponseHeader('Upload-Offset');
    if (request.status === 204) done({ address, offset: Number(at), id: request.getResponseHeader('Content-Location')?.split('/').pop() });
    else if (request.status >= 500 || request.status === 423 || (request.status === 409 && Number(at) !== offset)) fail(new Error(`The server answered ${request.status}.`));
    else fail(new Refused(request.status, request.response));
  };
  request.onerror = () => fail(new Error('The connection broke.'));
  request.send(file.slice(offset));
});

/**
 * Sends a file and returns the contribution's id. row.address remembers the upload, so that a second call goes on with it.
 * Throws Refused, or another error when the connection broke several times in a row.
 */
export async function send(row, file, facts, progress) {
  for (let broken = 0; ;) {
    try {
      let state = row.address ? await look(row.address) : await create(file, facts, row.key);
      row.address = state.address;
      progress(state.offset);
      if (!state.id) state = await piece(state.address, file, state.offset, progress);
      if (state.id) return state.id;
    } catch (error) {
      if (error instanceof Refused || ++broken > retries) throw error;
      await pause(2 ** (broken - 1));
    }
  }
}

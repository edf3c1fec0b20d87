// The page that sends files: chosen files are checked here first, sent one after the other in pieces, then asked about every second.
// File names and evidence come from users: they reach the page through textContent alone.
import { ofDrop, ofInput } from './chosen.js';
import { Refused, send } from './tus.js';

const form = document.getElementById('upload');
const list = document.getElementById('uploads');
const drop = document.getElementById('drop');
const meters = document.getElementById('meters');
const summary = document.getElementById('summary');
const sendButton = document.getElementById('send');
const clearButton = document.getElementById('clear');
const most = 500; // rows shown; a day takes far fewer files

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};
const count = number => number.toLocaleString('en-US');
const bytes = number => number < 1024 ? `${count(number)} ${number === 1 ? 'byte' : 'bytes'}` : number < 1048576 ? `${(number / 1024).toFixed(1)} KiB` : `${(number / 1048576).toFixed(2)} MiB`;
const files = number => `${count(number)} ${number === 1 ? 'file' : 'files'}`;
const words = { accepted: 'good', rejected: 'bad', review: 'care', refused: 'bad', 'does not fit': 'bad', broken: 'care', ready: 'good' };
const metersOf = quota => [quota.contributor_files, quota.contributor_bytes, quota.fair_share_bytes, quota.datanet_bytes].filter(meter => meter);
const whose = { contributor_files: 'your files of today', contributor_bytes: 'your bytes of today', fair_share_bytes: 'your share of this datanet today', datanet_bytes: 'what this datanet takes today' };

let rows = [];
let quota = meters ? JSON.parse(meters.dataset.quota) : null;
let sending = false;

const showState = (row, state, detail) => {
  row.now = state;
  const mark = make('span', `state ${words[state] ?? 'busy'}`, state === 'review' ? 'in review' : state);
  mark.dataset.state = state;
  row.state.replaceChildren(mark, detail ? make('span', 'dim', ` ${detail}`) : '');
};

const showSummary = () => {
  const groups = new Map();
  for (const row of rows) groups.set(row.now, (groups.get(row.now) ?? 0) + 1);
  summary.textContent = [...groups].map(([state, number]) => `${number} ${state === 'review' ? 'in review' : number > 1 && state === 'does not fit' ? 'do not fit' : state}`).join(', ');
  const ready = rows.filter(row => row.now === 'ready');
  sendButton.disabled = sending || ready.length === 0;
  sendButton.textContent = ready.length === 0 ? 'Send' : `Send ${files(ready.length)} (${bytes(ready.reduce((sum, row) => sum + row.file.size, 0))})`;
  clearButton.hidden = sending || !rows.some(row => row.waits);
};

// What of the waiting files fits, one after the other, as they will be sent.
const check = () => {
  const left = Object.fromEntries(metersOf(quota).map(meter => [meter.limit, meter.left]));
  for (const row of rows.filter(row => row.waits)) {
    const size = row.file.size;
    const extension = row.file.name.includes('.') ? row.file.name.slice(row.file.name.lastIndexOf('.')).toLowerCase() : '';
    const need = limit => limit === 'contributor_files' ? 1 : size;
    const full = metersOf(quota).find(meter => left[meter.limit] < need(meter.limit));
    const problem = !form.dataset.extensions.split(' ').includes(extension) ? `${extension || 'a name without an extension'} is not taken here; taken are ${form.dataset.extensions}`
      : size === 0 ? 'the file is empty'
      : size > Number(form.dataset.max) ? `${count(size)} bytes; a file may have ${count(Number(form.dataset.max))}`
      : full ? `over ${whose[full.limit]}: ${full.limit === 'contributor_files' ? `${files(left[full.limit])}` : bytes(left[full.limit])} left after the files above`
      : '';
    if (problem) {
      showState(row, 'does not fit', problem);
    } else {
      for (const limit of Object.keys(left)) left[limit] -= need(limit);
      showState(row, 'ready');
    }
  }
  showSummary();
};

const showQuota = now => {
  quota = now;
  for (const meter of metersOf(quota)) {
    const place = document.querySelector(`[data-meter="${meter.limit}"]`);
    if (!place) continue;
    const text = meter.limit === 'contributor_files' ? `${count(meter.used)} of ${count(meter.cap)} files` : `${bytes(meter.used)} of ${bytes(meter.cap)}`;
    place.querySelector('.meter-text span:last-child').textContent = text;
    const bar = place.querySelector('.meter-bar');
    bar.setAttribute('aria-valuenow', meter.used);
    bar.setAttribute('aria-valuemax', meter.cap);
    bar.setAttribute('aria-valuetext', text);
    bar.firstElementChild.style.width = `${Math.min(100, 100 * meter.used / Math.max(1, meter.cap))}%`;
  }
  check();
};
const readQuota = async () => {
  const answer = await fetch(`/api/v1/me/quota?datanet=${encodeURIComponent(form.dataset.datanet)}`).catch(() => null);
  if (answer?.ok) showQuota(await answer.json());
};

const showVerdict = (row, view) => {
  showState(row, view.state, view.score === undefined ? '' : `${(view.score / 10).toFixed(1)} of 100`);
  const link = make('a', 'small', 'Details and receipt');
  link.href = `/contributions/${view.id}`;
  row.state.append(' ', link);
  const findings = make('ul', 'findings');
  for (const finding of view.findings) {
    const line = make('li');
    line.append(make('span', '', finding.rule));
    const mark = make('span', finding.score < 500 ? 'bad' : '', finding.score === undefined ? 'n. e.' : (finding.score / 10).toFixed(1));
    if (finding.score === undefined) mark.title = 'not evaluated';
    line.append(mark);
    const text = make('span', 'wrap', finding.evidence);
    if (finding.fix) text.append(make('span', 'fix', ` ${finding.fix}`));
    line.append(text);
    findings.append(line);
  }
  const more = make('details');
  more.open = view.state === 'rejected';
  more.append(make('summary', '', `${view.findings.length} findings`), findings);
  row.more.replaceChildren(more);
  showSummary();
};

const watch = async (row, id) => {
  for (;;) {
    const answer = await fetch(`/api/v1/contributions/${id}`).catch(() => null);
    if (answer?.ok) {
      const view = await answer.json();
      if (['accepted', 'rejected', 'review'].includes(view.state)) {
        showVerdict(row, view);
        return;
      }
      showState(row, view.state, view.queue_position > 1 ? `number ${view.queue_position} in the queue` : '');
      showSummary();
    }
    await new Promise(done => setTimeout(done, 1000));
  }
};

const showRefusal = (row, refused) => {
  row.bar.remove();
  showState(row, 'refused');
  row.more.textContent = refused.message;
  if (refused.problem?.contribution) {
    const link = make('a', '', 'The earlier contribution');
    link.href = `/contributions/${refused.problem.contribution}`;
    row.more.append(' ', link);
  }
};

const sendRow = async row => {
  row.head.append(row.bar);
  row.more.replaceChildren();
  showState(row, 'sending');
  showSummary();
  try {
    const id = await send(row, row.file, row.facts, sent => { row.bar.value = sent / Math.max(1, row.file.size); });
    row.bar.remove();
    showState(row, 'received');
    watch(row, id);
  } catch (error) {
    if (error instanceof Refused) {
      showRefusal(row, error);
    } else {
      showState(row, 'broken', `${error.message} ${Math.floor(100 * row.bar.value)} % is sent.`);
      const again = make('button', 'small', 'Go on');
      again.type = 'button';
      again.addEventListener('click', () => sendAll([row]));
      row.more.replaceChildren(again); // the same key and address: what arrived is not sent or counted twice
    }
  }
  await readQuota();
};

// One at a time and in order, so that the day's limits are used up in the order that is shown.
let last = Promise.resolve();
const sendAll = chosen => {
  last = last.then(async () => {
    sending = true;
    for (const row of chosen) await sendRow(row);
    sending = false;
    showSummary();
  });
};

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

const add = chosen => {
  document.getElementById('sent-card').hidden = false;
  for (const { name, file } of chosen.slice(0, most - rows.length)) {
    const item = make('li');
    const row = { item, file, key: newKey(), waits: true, head: make('div', 'row'), state: make('div'), more: make('div', 'small'), bar: make('progress') };
    row.bar.max = 1;
    row.bar.value = 0;
    row.bar.setAttribute('aria-label', `Sending ${name}`);
    const remove = make('button', 'small quiet', 'Remove');
    remove.type = 'button';
    remove.setAttribute('aria-label', `Remove ${name}`);
    remove.addEventListener('click', () => { drain([row]); sendButton.focus(); });
    row.own = document.getElementById('own-words').content.cloneNode(true).firstElementChild;
    row.head.append(make('span', 'name', name), make('span', 'dim small', bytes(file.size)), remove);
    row.remove = remove;
    item.append(row.head, row.state, row.own, row.more);
    list.append(item);
    rows.push(row);
  }
  check();
  if (chosen.length > most) summary.textContent += `; only the first ${most} are listed`;
};

const drain = gone => {
  gone.forEach(row => row.item.remove());
  rows = rows.filter(row => !gone.includes(row));
  check();
};

const begin = () => {
  const chosen = rows.filter(row => row.now === 'ready');
  for (const row of chosen) {
    row.waits = false;
    row.facts = { datanet: form.dataset.datanet, file_name: row.file.name };
    for (const name of ['licence', 'source', 'intended_use', 'language', 'columns', 'note']) {
      const own = row.own.querySelector(`[data-own="${name}"]`)?.value.trim();
      row.facts[name] = own || (form.elements[name]?.value.trim() ?? '');
    }
    row.own.remove();
    row.remove.remove();
    showState(row, 'waiting');
  }
  sendAll(chosen);
  showSummary();
};

if (form) {
  for (const id of ['files', 'folder']) {
    const input = document.getElementById(id);
    input.addEventListener('change', () => { add(ofInput(input)); input.value = ''; });
  }
  form.addEventListener('submit', event => { event.preventDefault(); begin(); });
  clearButton.addEventListener('click', () => drain(rows.filter(row => row.waits)));
  for (const name of ['dragenter', 'dragover']) {
    drop.addEventListener(name, event => { event.preventDefault(); drop.classList.add('over'); });
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', async event => { event.preventDefault(); drop.classList.remove('over'); add(await ofDrop(event.dataTransfer)); });
}

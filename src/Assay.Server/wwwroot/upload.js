// Sends each dropped or chosen file to the API, shows its progress, then asks for the verdict every second.
// File names and evidence come from users: they reach the page through textContent alone.
const form = document.getElementById('upload');
if (form) {
  const list = document.getElementById('uploads');
  const drop = document.getElementById('drop');
  const picker = document.getElementById('files');
  let last = Promise.resolve();

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const count = number => number.toLocaleString('en-US');
  const bytes = number => number < 1024 ? `${number} bytes` : number < 1048576 ? `${(number / 1024).toFixed(1)} KiB` : `${(number / 1048576).toFixed(2)} MiB`;
  const words = { accepted: 'good', rejected: 'bad', review: 'care', refused: 'bad' };

  const showState = (row, state, detail) => {
    const mark = make('span', `state ${words[state] ?? 'busy'}`, state === 'review' ? 'in review' : state);
    mark.dataset.state = state;
    row.state.replaceChildren(mark, detail ? make('span', 'dim', ` ${detail}`) : '');
  };

  const showQuota = quota => {
    for (const meter of [quota.contributor_bytes, quota.contributor_files, quota.datanet_bytes]) {
      const place = document.querySelector(`[data-meter="${meter.limit}"]`);
      const text = meter.limit === 'contributor_files' ? `${count(meter.used)} of ${count(meter.cap)} files` : `${bytes(meter.used)} of ${bytes(meter.cap)}`;
      place.querySelector('.meter-text span:last-child').textContent = text;
      const bar = place.querySelector('.meter-bar');
      bar.setAttribute('aria-valuenow', meter.used);
      bar.setAttribute('aria-valuetext', text);
      bar.firstElementChild.style.width = `${Math.min(100, 100 * meter.used / meter.cap)}%`;
    }
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
      const score = finding.score === undefined ? 'n. e.' : (finding.score / 10).toFixed(1);
      const mark = make('span', finding.score < 500 ? 'bad' : '', score);
      if (finding.score === undefined) mark.title = 'not evaluated';
      line.append(mark);
      const text = make('span', 'wrap', finding.evidence);
      if (finding.fix) text.append(make('span', 'fix', ` ${finding.fix}`));
      line.append(text);
      findings.append(line);
    }
    const more = make('details');
    more.open = view.state !== 'accepted';
    more.append(make('summary', '', `${view.findings.length} findings`), findings);
    row.more.replaceChildren(more);
  };

  const watch = async (row, id) => {
    for (;;) {
      const answer = await fetch(`/api/v1/contributions/${id}`).catch(() => null);
      if (answer?.ok) {
        const view = await answer.json();
        if (['accepted', 'rejected', 'review'].includes(view.state)) {
          showVerdict(row, view);
          readQuota();
          return;
        }
        showState(row, view.state, view.queue_position > 1 ? `number ${view.queue_position} in the queue` : '');
      }
      await new Promise(done => setTimeout(done, 1000));
    }
  };

  // One at a time and in order, so that the day's limits are used up in the order that was chosen.
  const send = (row, file) => new Promise(done => {
    const facts = new URLSearchParams({ file_name: file.name });
    for (const name of ['licence', 'source', 'intended_use', 'note', 'columns']) {
      if (row.facts[name]) facts.set(name, row.facts[name]);
    }
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/datanets/${encodeURIComponent(form.dataset.datanet)}/contributions?${facts}`);
    request.setRequestHeader('Idempotency-Key', row.key);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = event => { row.bar.value = event.loaded / Math.max(1, event.total); };
    request.onload = () => {
      row.bar.remove();
      const answer = request.response;
      if (request.status === 202) {
        if (answer.quota) showQuota(answer.quota);
        showState(row, answer.state);
        watch(row, answer.id);
      } else {
        showState(row, 'refused');
        row.more.textContent = answer?.detail ?? `The server answered ${request.status}.`;
        if (answer?.contribution) {
          const link = make('a', '', 'The earlier contribution');
          link.href = `/contributions/${answer.contribution}`;
          row.more.append(' ', link);
        }
        readQuota();
      }
      done();
    };
    request.onerror = () => {
      showState(row, 'refused', 'the connection broke');
      const again = make('button', 'small', 'Send again');
      again.type = 'button';
      again.addEventListener('click', () => { row.more.replaceChildren(); row.head.append(row.bar); last = last.then(() => send(row, file)); });
      row.more.replaceChildren(again); // the same key: a file that did arrive is not counted twice
      done();
    };
    request.send(file);
  });

  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

  const take = files => {
    for (const file of files) {
      document.getElementById('sent-card').hidden = false;
      const item = make('li');
      const row = {
        key: newKey(), head: make('div'), state: make('div'), more: make('div', 'small'), bar: make('progress'),
        facts: Object.fromEntries(['licence', 'source', 'intended_use', 'note', 'columns'].map(name => [name, form.elements[name]?.value.trim() ?? ''])),
      };
      row.bar.max = 1;
      row.bar.value = 0;
      row.bar.setAttribute('aria-label', `Sending ${file.name}`);
      row.head.append(make('span', 'name', file.name), make('span', 'dim small', ` ${bytes(file.size)}`), row.bar);
      item.append(row.head, row.state, row.more);
      list.append(item);
      showState(row, 'waiting');
      if (file.size > Number(form.dataset.max)) {
        row.bar.remove();
        showState(row, 'refused');
        row.more.textContent = `The file has ${count(file.size)} bytes; at most ${count(Number(form.dataset.max))} are taken. Nothing was sent.`;
        continue;
      }
      last = last.then(() => { showState(row, 'sending'); return send(row, file); });
    }
  };

  picker.addEventListener('change', () => { take([...picker.files]); picker.value = ''; });
  form.addEventListener('submit', event => event.preventDefault());
  for (const name of ['dragenter', 'dragover']) {
    drop.addEventListener(name, event => { event.preventDefault(); drop.classList.add('over'); });
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', event => { event.preventDefault(); drop.classList.remove('over'); take([...event.dataTransfer.files]); });
}

// Small things of every page. User text only ever goes through textContent.
const root = document.documentElement;

document.querySelector('.theme-button')?.addEventListener('click', () => {
  const next = root.dataset.theme === 'dark' ? 'light' : 'dark';
  root.dataset.theme = next;
  localStorage.setItem('theme', next);
  document.dispatchEvent(new CustomEvent('themechange'));
});

const menu = document.querySelector('.menu-button');
menu?.addEventListener('click', () => {
  const open = document.getElementById('navigation').classList.toggle('open');
  menu.setAttribute('aria-expanded', String(open));
});

const account = document.querySelector('.account');
document.addEventListener('click', event => { if (account?.open && !account.contains(event.target)) account.open = false; });
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && account?.open) { account.open = false; account.querySelector('summary').focus(); }
});

// Times: the server writes UTC, the reader sees the own time zone; the title keeps UTC.
const two = number => String(number).padStart(2, '0');
const unbroken = text => Object.assign(document.createElement('span'), { className: 'nowrap', textContent: text });
const showLocal = time => {
  if (time.dataset.done === time.dateTime) return;
  time.dataset.done = time.dateTime;
  const at = new Date(time.dateTime);
  time.replaceChildren(unbroken(`${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`), ' ', unbroken(`${two(at.getHours())}:${two(at.getMinutes())}`));
};
const showAllLocal = node => node.querySelectorAll?.('time.local').forEach(showLocal);
showAllLocal(document);
new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(showAllLocal)))
  .observe(document.body, { childList: true, subtree: true });

// Countdown to an instant, such as the reset of the day's limits.
for (const clock of document.querySelectorAll('[data-until]')) {
  const until = new Date(clock.dataset.until);
  const tick = () => {
    const left = Math.max(0, Math.floor((until - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 3600)} h ${two(Math.floor(left / 60) % 60)} min ${two(left % 60)} s`;
  };
  tick();
  setInterval(tick, 1000);
}

for (const button of document.querySelectorAll('button[data-copy]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = 'Copied';
  });
}

// A file chosen next to a text field fills it.
for (const input of document.querySelectorAll('input[type=file][data-into]')) {
  input.addEventListener('change', async () => {
    if (input.files[0]) document.getElementById(input.dataset.into).value = await input.files[0].text();
  });
}

// A page that shows something undecided reloads once when its state changes.
const pending = document.querySelector('[data-watch]');
if (pending) {
  const first = pending.dataset.watchState;
  const look = async () => {
    const answer = await fetch(pending.dataset.watch, { headers: { Accept: 'application/json' } }).catch(() => null);
    if (answer?.ok && (await answer.json()).state !== first) location.reload();
    else setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
}

// Live counters of the start page.
if (document.querySelector('[data-counter]')) {
  setInterval(async () => {
    const answer = await fetch('/api/v1/counters').catch(() => null);
    if (!answer?.ok) return;
    const numbers = await answer.json();
    for (const place of document.querySelectorAll('[data-counter]')) {
      place.textContent = numbers[place.dataset.counter].toLocaleString('en-US');
    }
  }, 5000);
}

// Ctrl + Enter (or Command) sends the form of a text field that is marked for it.
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && event.target.matches('textarea[data-send]')) {
    event.target.form.requestSubmit();
  }
});

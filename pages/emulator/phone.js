// The phone: texts of one customer with one support number. Everything shown goes through textContent, never HTML.

const OTHER = 'other';
const SETTINGS = 'switchboard.emulator.phone';

const byId = (id) => document.getElementById(id);
const [to, other, from, thread, bubbles, text] = ['to', 'other', 'from', 'thread', 'bubbles', 'text'].map(
  byId,
);

const digitsOf = (value) => value.replace(/[^\d]/g, '');
const isNumber = (digits) => /^\d{3,15}$/.test(digits);
const support = () => (to.value === OTHER ? digitsOf(other.value) : to.value);
const customer = () => digitsOf(from.value);

/** A number of the range that is kept for fiction, so that nobody's phone is meant. */
const newCustomer = () => `1555010${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`;

// Settings survive a reload. A browser may refuse storage: then they do not.

function savedSettings() {
  try {
    return JSON.parse(localStorage.getItem(SETTINGS)) ?? {};
  } catch {
    return {};
  }
}

function saveSettings() {
  try {
    localStorage.setItem(SETTINGS, JSON.stringify({ to: to.value, other: other.value, from: from.value }));
  } catch {
    // Nothing is lost but the comfort.
  }
}

// What is shown.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const calendar = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

const SENT_STATUS = { 200: ['delivered', 'good'], 203: ['at the gateway', ''], 290: ['in progress', ''] };
const TEXT_STATUS = {
  sending: ['sending', ''],
  delivered: ['received', 'good'],
  retrying: ['not received, retrying', 'bad'],
  failed: ['given up', 'bad'],
};

function element(name, className, content = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = content;
  return made;
}

function describe(entry, mine) {
  const segments = `${entry.segments} ${entry.segments === 1 ? 'segment' : 'segments'}`;
  const [word, tone] = mine
    ? TEXT_STATUS[entry.status]
    : (SENT_STATUS[entry.status] ?? [`${entry.status} ${entry.description}`, 'bad']);
  const meta = element('div', 'meta', `${clock.format(entry.at)} · ${segments} · ${entry.encoding} · `);
  meta.append(element('span', tone, word));
  return meta;
}

function draw(key, entry, mine, isNew) {
  const day = calendar.format(entry.at);
  if (bubbles.dataset.day !== day) bubbles.append(element('li', 'day', day));
  bubbles.dataset.day = day;

  const item = element('li', `message${mine ? ' mine' : ''}${isNew ? ' new' : ''}`);
  item.id = key;
  const speaker = element('span', 'hidden', mine ? 'You: ' : 'Support: ');
  const bubble = element('div', 'bubble', entry.text);
  bubble.dir = 'auto';
  item.append(speaker, bubble, describe(entry, mine));
  bubbles.append(item);
  byId('empty').hidden = true;
}

/** Draws one entry, or its new status when it is there already. Stays at the end for a reader who is there. */
function show(entry, mine, isNew = false) {
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
  const key = `${mine ? 'in' : 'out'}-${entry.id}`;
  const shown = byId(key);
  if (shown) shown.lastChild.replaceWith(describe(entry, mine));
  else draw(key, entry, mine, isNew);
  if (atEnd || (mine && !shown)) thread.scrollTop = thread.scrollHeight;
}

const belongs = (entry, mine) =>
  mine
    ? entry.from === customer() && entry.to === support()
    : entry.to === customer() && entry.from === support();

function fail(message) {
  byId('error').textContent = message;
  byId('error').hidden = message === '';
}

function showNumbers() {
  byId('other-label').hidden = to.value !== OTHER;
  byId('title').textContent = to.value === OTHER ? 'Another number' : to.selectedOptions[0]?.label;
  byId('subtitle').textContent = support() === '' ? '' : `+${support()}`;
  for (const input of [other, from]) {
    const wrong = !input.closest('[hidden]') && !isNumber(digitsOf(input.value));
    input.setAttribute('aria-invalid', String(wrong));
  }
}

// What is loaded.

let loading = 0;
/** What happened while a list was on its way, which may not have it. Null when none is. */
let meanwhile = null;

async function getJson(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
}

async function getThread() {
  if (!isNumber(customer()) || !isNumber(support())) return [];
  const out = new URLSearchParams({ to: customer(), from: support() });
  const into = new URLSearchParams({ to: support(), from: customer() });
  const [{ messages }, { texts }] = await Promise.all([
    getJson(`/emulator/messages?${out}`),
    getJson(`/emulator/inbound?${into}`),
  ]);
  const all = [
    ...messages.map((entry) => ({ entry, mine: false })),
    ...texts.map((entry) => ({ entry, mine: true })),
  ];
  return all.sort((a, b) => a.entry.at - b.entry.at);
}

/** Draws the whole thread. The last call wins when numbers change quickly. */
async function load() {
  loading += 1;
  const turn = loading;
  meanwhile = [];
  showNumbers();
  try {
    const entries = await getThread();
    if (turn !== loading) return;
    bubbles.replaceChildren();
    delete bubbles.dataset.day;
    byId('empty').hidden = false;
    for (const { entry, mine } of [...entries, ...meanwhile]) show(entry, mine);
    thread.scrollTop = thread.scrollHeight;
  } finally {
    if (turn === loading) meanwhile = null;
  }
}

function reload() {
  load().then(
    () => fail(''),
    () => fail('The messages could not be loaded: is the emulator still running?'),
  );
}

// What people do.

function send() {
  const body = { from: customer(), to: support(), text: text.value };
  if (body.text.trim() === '') return;
  if (!isNumber(body.from) || !isNumber(body.to)) {
    showNumbers();
    fail('Both numbers need 3 to 15 digits.');
    return;
  }
  text.value = '';
  text.focus();
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const notSent = () => {
    if (text.value === '') text.value = body.text;
    fail('The text was not sent: is the emulator still running?');
  };
  fetch('/emulator/inbound', request).then(({ ok }) => (ok ? fail('') : notSent()), notSent);
}

byId('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});

text.addEventListener('keydown', (event) => {
  // While a Chinese or Japanese word is being composed, Enter chooses it.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});

byId('numbers').addEventListener('submit', (event) => event.preventDefault());
byId('numbers').addEventListener('input', () => {
  saveSettings();
  reload();
});

byId('new').addEventListener('click', () => {
  from.value = newCustomer();
  saveSettings();
  reload();
  text.focus();
});

// Begin.

async function begin() {
  const { numbers } = await getJson('/emulator/numbers');
  for (const { number, label } of numbers) {
    to.append(new Option(label, number));
  }
  to.append(new Option('Another number…', OTHER));

  const saved = savedSettings();
  if ([...to.options].some(({ value }) => value === saved.to)) to.value = saved.to;
  other.value = saved.other ?? '';
  from.value = saved.from ?? newCustomer();
  saveSettings();

  const link = byId('link');
  const events = new EventSource('/emulator/events');
  const linkState = (state) => {
    link.dataset.state = state;
    link.textContent = state;
  };
  // Also after a break: what happened meanwhile is in the lists.
  events.addEventListener('open', () => {
    linkState('online');
    reload();
  });
  events.addEventListener('error', () => linkState('offline'));
  for (const [name, mine] of [
    ['message', false],
    ['inbound', true],
  ]) {
    events.addEventListener(name, ({ data }) => {
      const entry = JSON.parse(data);
      if (!belongs(entry, mine)) return;
      meanwhile?.push({ entry, mine });
      show(entry, mine, true);
    });
  }
}

begin().catch(() => fail('The page could not start: is the emulator still running?'));

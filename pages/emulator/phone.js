// Phones: each has the texts of one customer with one support number. Everything shown goes through textContent, never HTML.

const OTHER = 'other';
const SETTINGS = 'switchboard.emulator.phone';

const byId = (id) => document.getElementById(id);
const digitsOf = (value) => value.replace(/[^\d]/g, '');
const isNumber = (digits) => /^\d{3,15}$/.test(digits);

/** A number of the range that is kept for fiction, so that nobody's phone is meant. */
const newCustomer = () => `1555010${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`;

// Settings survive a reload. A browser may refuse storage: then they do not.

function savedSettings(slot) {
  try {
    return JSON.parse(localStorage.getItem(SETTINGS + slot)) ?? {};
  } catch {
    return {};
  }
}

function saveSettings(slot, settings) {
  try {
    localStorage.setItem(SETTINGS + slot, JSON.stringify(settings));
  } catch {
    // Nothing is lost but the comfort.
  }
}

// What is shown.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
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

async function getJson(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
}

function sendJson(method, path, body) {
  return fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** Milliseconds between two looks at how the conversation stands. */
const LOOKS_EVERY = 1000;

/** One phone, in its place on the page. `slot` tells its settings from those of the others. */
function createPhone(slot, { numbers, service }) {
  const root = byId('phone').content.firstElementChild.cloneNode(true);
  const part = Object.fromEntries(
    [...root.querySelectorAll('[data-part]')].map((each) => [each.dataset.part, each]),
  );
  const { to, other, from, thread, bubbles, text } = part;
  const support = () => (to.value === OTHER ? digitsOf(other.value) : to.value);
  const customer = () => digitsOf(from.value);
  const save = () => saveSettings(slot, { to: to.value, other: other.value, from: from.value });
  const shownById = (key) => bubbles.querySelector(`[data-key="${CSS.escape(key)}"]`);

  function draw(key, entry, mine, isNew) {
    const day = calendar.format(entry.at);
    if (bubbles.dataset.day !== day) bubbles.append(element('li', 'day', day));
    bubbles.dataset.day = day;

    const item = element('li', `message${mine ? ' mine' : ''}${isNew ? ' new' : ''}`);
    item.dataset.key = key;
    const speaker = element('span', 'hidden', mine ? 'You: ' : 'Support: ');
    const bubble = element('div', 'bubble', entry.text);
    bubble.dir = 'auto';
    item.append(speaker, bubble, describe(entry, mine));
    bubbles.append(item);
    part.empty.hidden = true;
  }

  /** Draws one entry, or its new status when it is there already. Stays at the end for a reader who is there. */
  function show(entry, mine, isNew = false) {
    const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
    const key = `${mine ? 'in' : 'out'}-${entry.id}`;
    const shown = shownById(key);
    if (shown) shown.lastChild.replaceWith(describe(entry, mine));
    else draw(key, entry, mine, isNew);
    if (atEnd || (mine && !shown)) thread.scrollTop = thread.scrollHeight;
  }

  const belongs = (entry, mine) =>
    mine
      ? entry.from === customer() && entry.to === support()
      : entry.to === customer() && entry.from === support();

  function fail(message) {
    part.error.textContent = message;
    part.error.hidden = message === '';
  }

  function showNumbers() {
    part.otherLabel.hidden = to.value !== OTHER;
    part.title.textContent = to.value === OTHER ? 'Another number' : to.selectedOptions[0]?.label;
    part.subtitle.textContent = support() === '' ? '' : `+${support()}`;
    for (const input of [other, from]) {
      const wrong = !input.closest('[hidden]') && !isNumber(digitsOf(input.value));
      input.setAttribute('aria-invalid', String(wrong));
    }
  }

  // What is loaded.

  let loading = 0;
  /** What happened while a list was on its way, which may not have it. Null when none is. */
  let meanwhile = null;

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
      part.empty.hidden = false;
      for (const { entry, mine } of [...entries, ...meanwhile]) show(entry, mine);
      thread.scrollTop = thread.scrollHeight;
    } finally {
      if (turn === loading) meanwhile = null;
    }
  }

  function reload() {
    if (service) showBench().catch(() => {});
    load().then(
      () => fail(''),
      () => fail('The messages could not be loaded: is the emulator still running?'),
    );
  }

  // How the conversation stands, where the service behind tells: in demo mode.

  async function showBench() {
    if (!isNumber(customer()) || !isNumber(support())) return;
    const between = new URLSearchParams({ from: customer(), to: support() });
    const { conversation, now } = await getJson(`/emulator/conversation?${between}`);
    // Other numbers may have been chosen meanwhile.
    if (between.get('from') !== customer() || between.get('to') !== support()) return;
    const { step, language, state, handler, variables } = conversation ?? {};
    const place = [step, language, handler ? `${state} with the ${handler}` : state].filter(Boolean);
    part.stands.textContent = conversation ? place.join(' · ') : 'Nobody has written yet';
    part.clock.textContent = dateAndTime.format(now);
    part.variables.textContent = conversation ? JSON.stringify(variables, null, 2) : '';
  }

  let watching;
  function watchBench() {
    showBench().catch(() => {});
    watching = setTimeout(watchBench, LOOKS_EVERY);
  }

  for (const button of part.bench.querySelectorAll('[data-seconds]')) {
    button.addEventListener('click', () => {
      const failed = () => fail('The clock was not set: is the service still running?');
      const jumped = sendJson('POST', '/emulator/clock', { seconds: Number(button.dataset.seconds) });
      jumped.then(({ ok }) => (ok ? showBench().catch(failed) : failed()), failed);
    });
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
    const notSent = () => {
      if (text.value === '') text.value = body.text;
      fail('The text was not sent: is the emulator still running?');
    };
    sendJson('POST', '/emulator/inbound', body).then(({ ok }) => (ok ? fail('') : notSent()), notSent);
  }

  part.composer.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener('keydown', (event) => {
    // While a Chinese or Japanese word is being composed, Enter chooses it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  part.numbers.addEventListener('submit', (event) => event.preventDefault());
  part.numbers.addEventListener('input', () => {
    save();
    reload();
  });
  part.new.addEventListener('click', () => {
    from.value = newCustomer();
    save();
    reload();
    text.focus();
  });

  for (const { number, label } of numbers) to.append(new Option(label, number));
  to.append(new Option('Another number…', OTHER));
  const saved = savedSettings(slot);
  if ([...to.options].some(({ value }) => value === saved.to)) to.value = saved.to;
  other.value = saved.other ?? '';
  from.value = saved.from ?? newCustomer();
  save();
  byId('phones').append(root);
  part.bench.hidden = !service;
  if (service) watchBench();

  return {
    reload,
    remove() {
      clearTimeout(watching);
      root.remove();
    },
    linkState(state) {
      part.link.dataset.state = state;
      part.link.textContent = state;
    },
    heard(entry, mine) {
      if (!belongs(entry, mine)) return;
      meanwhile?.push({ entry, mine });
      show(entry, mine, true);
    },
  };
}

// What the emulator does wrong.

const FAULTS = {
  none: {},
  slow: { send: { mode: 'slow', delay: 2000 } },
  refuse: { send: { mode: '500' } },
  unknown: { send: { mode: 'drop' } },
  failed: { receipts: { failCode: 510 } },
  silent: { receipts: { none: true } },
  twice: { receipts: { duplicate: true }, inbound: { duplicate: true } },
};

byId('fault').addEventListener('change', (event) => {
  sendJson('PUT', '/emulator/faults', FAULTS[event.target.value]).catch(() => {});
});

// Begin.

const SECOND = 'switchboard.emulator.second';

async function begin() {
  const there = await getJson('/emulator/numbers');
  const phones = [createPhone('', there)];
  let state = 'connecting';

  const second = byId('second');
  const showSecond = (on) => {
    second.setAttribute('aria-pressed', String(on));
    saveSettings(SECOND, on);
    if (on) {
      const phone = createPhone('.second', there);
      phones.push(phone);
      phone.linkState(state);
      phone.reload();
    } else {
      phones.pop().remove();
    }
  };
  second.addEventListener('click', () => showSecond(phones.length === 1));
  if (savedSettings(SECOND) === true) showSecond(true);

  const events = new EventSource('/emulator/events');
  const linkState = (now) => {
    state = now;
    for (const phone of phones) phone.linkState(now);
  };
  // Also after a break: what happened meanwhile is in the lists.
  events.addEventListener('open', () => {
    linkState('online');
    for (const phone of phones) phone.reload();
  });
  events.addEventListener('error', () => linkState('offline'));
  for (const [name, mine] of [
    ['message', false],
    ['inbound', true],
  ]) {
    events.addEventListener(name, ({ data }) => {
      for (const phone of phones) phone.heard(JSON.parse(data), mine);
    });
  }
}

begin().catch(() => {
  byId('phones').textContent = 'The page could not start: is the emulator still running?';
});

import { expect } from 'chai';
import type { HttpParts, HttpRequest } from '../../src/bot/http-step.ts';
import { SwitchboardError } from '../../src/errors.ts';
import { rejection } from '../support/rejection.ts';
import { botOf, Talk } from '../support/script-bot.ts';

const TEXTS = {
  found: '{{order.status}}, {{order.days}}',
  failed: 'Sorry: {{order.error}} {{order.status}}',
  number: 'Number?',
  about: 'About?',
};
type Answer = Awaited<ReturnType<HttpParts['client']>>;

/** A stand-in for the network that gives these answers in turn, each after `takes` milliseconds. */
class Network implements HttpParts {
  readonly asked: HttpRequest[] = [];
  readonly secrets = { TOKEN: 's3cret' };
  readonly #answers: Answer[];
  readonly #takes: number;
  #time = 0;

  constructor(answers: Answer[], takes = 0) {
    this.#answers = answers;
    this.#takes = takes;
  }

  readonly client = async (request: HttpRequest): Promise<Answer> => {
    this.asked.push(request);
    this.#time += this.#takes;
    return this.#answers[this.asked.length - 1] ?? { failed: 'network' };
  };
  readonly now = () => this.#time;
  readonly sleep = async (milliseconds: number) => {
    this.#time += milliseconds;
  };
}

const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) });

const RESPONSE = `    response:
      status: { value: response.body.state, type: text }
      days: { value: response.body.days + 1, type: number, optional: true }
`;

const STEP = `  - ask: number
    as: number
  - id: lookup
    http: https://api.example.com/orders/{{number}}?lang={{session.language}}
${RESPONSE}    as: order
    onError:
      - say: failed
      - goto: about
  - say: found
  - id: about
    ask: about
    as: about
`;

interface Asked {
  says: (text: string) => Promise<string[]>;
  network: Network;
  lines: unknown[];
  talk: Talk;
}

async function asked(steps: string, answers: Answer[], takes = 0): Promise<Asked> {
  const network = new Network(answers, takes);
  const lines: unknown[] = [];
  const files = {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
    'locales/en/main.json': TEXTS,
  };
  const talk = new Talk(await botOf({ files, http: network, log: { warn: (...line) => lines.push(line) } }));
  await talk.says('hi');
  return { network, lines, talk, says: async (text) => (await talk.says(text)).texts };
}

describe('a request of a dialog', () => {
  it('takes from the answer what it says, of the types that it says', async () => {
    const { says, network } = await asked(STEP, [json({ state: 'sent', days: 2, more: 'x' })]);
    expect(await says('77')).to.deep.equal(['sent, 3\n\nAbout?']);
    expect(network.asked).to.deep.equal([
      {
        method: 'GET',
        url: 'https://api.example.com/orders/77?lang=en',
        headers: { accept: 'application/json' },
        timeout: 5000,
      },
    ]);
  });

  it('takes null for what may be missing', async () => {
    const { says } = await asked(STEP, [json({ state: 'sent' })]);
    expect(await says('77')).to.deep.equal(['sent,\n\nAbout?']);
  });

  it('never lets a value lead elsewhere than the URL says', async () => {
    const { says, network } = await asked(STEP, [json({ state: 'sent' })]);
    await says('1/../../admin?x=1#y');
    expect(network.asked[0]?.url).to.equal(
      'https://api.example.com/orders/1%2F..%2F..%2Fadmin%3Fx%3D1%23y?lang=en',
    );
    for (const value of ['..', '.']) {
      const other = await asked(STEP, [json({ state: 'sent' })]);
      expect(await other.says(value)).to.deep.equal(['Sorry: refused\n\nAbout?']);
      expect(other.network.asked).to.have.length(0);
    }
  });

  const FAILURES: [what: string, answers: Answer[], told: string, tries: number][] = [
    ['there is no answer', [{ failed: 'network' }, { failed: 'timeout' }], 'timeout', 2],
    ['it is refused', [{ failed: 'refused' }], 'refused', 1],
    ['the answer is too long', [{ failed: 'too_large' }], 'too_large', 1],
    ['the answer says no', [json({}, 404)], 'status 404', 1],
    ['the answer sends elsewhere', [json({}, 302)], 'status 302', 1],
    ['the answer says to try later, and again', [json({}, 503), json({}, 429)], 'status 429', 2],
    ['the answer is no JSON', [{ status: 200, body: '<html>' }], 'unexpected_answer 200', 1],
    ['a value is of another type', [json({ state: 5 })], 'unexpected_answer 200', 1],
    ['a value is missing', [json({ days: 5 })], 'unexpected_answer 200', 1],
    ['the values are too long to keep', [json({ state: 'x'.repeat(9000) })], 'unexpected_answer 200', 1],
  ];
  for (const [what, answers, told, tries] of FAILURES) {
    it(`goes on with its own steps when ${what}, and logs it without texts`, async () => {
      const { says, network, lines } = await asked(STEP, answers);
      expect(await says('7777')).to.deep.equal([`Sorry: ${told}\n\nAbout?`]);
      expect(network.asked).to.have.length(tries);
      expect(lines).to.have.length(1);
      expect(JSON.stringify(lines)).to.not.include('7777');
    });
  }

  it('is tried again when there is hope', async () => {
    const { says, network } = await asked(STEP, [json({}, 503), json({ state: 'sent', days: 0 })]);
    expect(await says('77')).to.deep.equal(['sent, 1\n\nAbout?']);
    expect(network.asked).to.have.length(2);
  });

  it('never waits for longer than a turn may take', async () => {
    const steps = STEP.replace('    as: order\n', '    as: order\n    retries: 3\n    timeout: 6s\n');
    const late = { failed: 'timeout' } as const;
    const { says, network } = await asked(steps, [late, late, late, late], 6000);
    expect(await says('77')).to.deep.equal(['Sorry: timeout\n\nAbout?']);
    expect(network.asked.map(({ timeout }) => timeout)).to.deep.equal([6000, 6000, 2400]);
  });

  const POST = `  - id: send
    http: https://api.example.com/tickets
    headers: { Authorization: 'Bearer {{secret.TOKEN}}', X-About: '{{user.phone}}' }
    body: { about: '"x" + string(1)', number: session.number, nothing: session.missing }
    retries: 1
  - say: about
`;

  it('sends what expressions give, with secrets of the settings and a key against doing it twice', async () => {
    const network = new Network([json({}, 500), json({}, 201), json({}, 201)]);
    const files = {
      'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${POST}`,
      'locales/en/main.json': TEXTS,
    };
    const bot = await botOf({ files, http: network });
    await new Talk(bot).says('hi');
    const [first, second] = network.asked;
    expect(first).to.deep.include({ method: 'POST', body: '{"about":"x1","number":1,"nothing":null}' });
    expect(first?.headers).to.include({
      authorization: 'Bearer s3cret',
      'x-about': '+15550100002',
      'content-type': 'application/json',
    });
    expect(first?.headers['idempotency-key']).to.match(/^[0-9a-f]{32}$/);
    expect(second).to.deep.equal(first);
    // A process died, and the turn is run again.
    await new Talk(bot).says('hi');
    expect(network.asked[2]).to.deep.equal(first);
  });

  it('is not made with a secret or a value that there is not', async () => {
    for (const header of ['{{secret.OTHER}}', '{{user.name}}']) {
      const onError = POST.replace('{{user.phone}}', header).replace(
        '    retries: 1\n',
        '    retries: 1\n    onError:\n      - ask: number\n        as: number\n',
      );
      const { network } = await asked(onError, [json({})]);
      expect(network.asked).to.have.length(0);
    }
  });

  it('fails the turn when the dialog does not say what then', async () => {
    const network = new Network([json({}, 404)]);
    const files = {
      'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${POST}`,
      'locales/en/main.json': TEXTS,
    };
    const talk = new Talk(await botOf({ files, http: network }));
    const error = await rejection(talk.says('hi'));
    expect(error).to.be.instanceOf(SwitchboardError).and.include({ code: 'bot_failed' });
    expect(String(error)).to.include('dialogs/main.yaml:4').and.not.include('s3cret');
  });

  describe('is a mistake at the start', () => {
    const WRONG: [what: string, change: [string, string], told: string][] = [
      [
        'a host with a value in it',
        ['api.example.com/orders', '{{number}}.com/orders'],
        'http must be a URL',
      ],
      ['another protocol', ['https://api', 'ftp://api'], 'http must be a URL'],
      [
        'a name that nothing sets',
        ['{{number}}', '{{numbr}}'],
        '{{numbr}} is a name that nothing sets — write number',
      ],
      ['a secret in the URL', ['{{number}}', '{{secret.TOKEN}}'], 'no place for a secret'],
      ['a type that there is not', ['type: text', 'type: string'], 'type cannot be "string"'],
      [
        'a field of the answer that there is not',
        ['type: text', 'kind: text'],
        '"response" has no field "kind"',
      ],
      ['an expression that is none', ['response.body.state', 'respons.body'], 'Unknown variable: respons'],
      ['a variable for nothing', [RESPONSE, ''], 'nothing is taken of the answer'],
    ];
    for (const [what, [from, to], told] of WRONG) {
      it(what, async () => {
        const error = await rejection(asked(STEP.replace(from, to), []));
        expect(String(error)).to.include(told);
      });
    }
  });
});

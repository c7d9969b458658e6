import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { SwitchboardError } from '../../src/errors.ts';
import { createTranslator, MOST_TIME, type Translate } from '../../src/translation/translation.ts';
import { refusal } from '../support/rejection.ts';

const REQUEST = { text: 'hola', to: 'en' };

describe('a translation', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    expect(clock.countTimers(), 'timers left').to.equal(0);
    clock.restore();
  });

  const translating = (translate: Translate) => createTranslator(translate)(REQUEST);

  it('is what the function answers, a text alone or with the language that it found', async () => {
    const given: unknown[] = [];
    const answer = await translating(async (request) => {
      given.push(request);
      return 'hello';
    });
    expect(answer).to.deep.equal({ text: 'hello' });
    expect(given).to.deep.equal([REQUEST]);
    expect(await translating(async () => ({ text: 'hello', from: 'es-MX' }))).to.deep.equal({
      text: 'hello',
      from: 'es-MX',
    });
    for (const from of ['no language', 'tlh-x-klingon', '', 7 as never]) {
      expect(await translating(async () => ({ text: 'hello', from })), from).to.deep.equal({
        text: 'hello',
        from: undefined,
      });
    }
  });

  it('ends when its time is over, and tells the function', async () => {
    let aborted: unknown;
    const never: Translate = (_, { signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          aborted = signal.reason;
        });
      });
    const refused = refusal(translating(never));
    await clock.tickAsync(MOST_TIME - 1);
    expect(aborted).to.equal(undefined);
    await clock.tickAsync(1);
    const error = await refused;
    expect(error.code).to.equal('translation_timeout');
    expect(aborted).to.equal(error);
  });

  it('leaves the signal alone once the answer is there', async () => {
    let signal: AbortSignal | undefined;
    await translating(async (_, given) => {
      signal = given.signal;
      return 'hello';
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(signal?.aborted).to.equal(false);
  });

  it('fails with the function, whatever that throws, and says nothing of the text', async () => {
    const thrown: Translate[] = [
      () => {
        throw new Error('about hola');
      },
      async () => {
        throw new SwitchboardError('not_found', 'about hola');
      },
      () => Promise.reject('hola'),
    ];
    for (const translate of thrown) {
      const error = await refusal(translating(translate));
      expect(error.code).to.equal('translation_failed');
      expect(error.message).not.to.include('hola');
    }
  });

  it('is a text: anything else has failed', async () => {
    for (const answer of ['', null, undefined, 7, {}, { text: '' }, { text: 7 }, ['hello']]) {
      const { code } = await refusal(translating(async () => answer as never));
      expect(code, JSON.stringify(answer)).to.equal('translation_failed');
    }
  });
});

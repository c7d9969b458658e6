import { expect } from 'chai';
import { listenError } from '../src/listen-error.ts';

const NAMES = { port: 'PORT', host: 'HOST' };
const failed = (code: string) => Object.assign(new Error(`listen ${code}: 10.0.0.1:80`), { code });

describe('an error of listening', () => {
  for (const [code, name] of [
    ['EADDRINUSE', 'PORT'],
    ['EACCES', 'PORT'],
    ['EADDRNOTAVAIL', 'HOST'],
    ['ENOTFOUND', 'HOST'],
  ] as const) {
    it(`is a mistake in ${name} when it is ${code}`, () => {
      const error = listenError(failed(code), NAMES);
      expect(error).to.include({ code: 'settings_invalid' });
      expect(String(error)).to.include(`${name}: `).and.to.not.include('10.0.0.1');
    });
  }

  it('stays as it is when another setting would not help', () => {
    const error = failed('EMFILE');
    expect(listenError(error, NAMES)).to.equal(error);
  });
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { EXAMPLE_CONVERSATION, EXAMPLE_MESSAGE } from '../src/http/api/examples.ts';
import { STATUSES } from '../src/http/problem.ts';
import { answersTo, shellBlocks, startDemo } from './support/shell-blocks.ts';

const PAGE = new URL('../docs/handoff-api.md', import.meta.url);
const PLACE = /^URL=http:\/\/127\.0\.0\.1:3978$/m;
const TOKEN = /^TOKEN=\.\.\. /m;

describe('docs/handoff-api.md', function () {
  this.timeout(60_000);
  let page: string;
  let blocks: string[];
  let demo: Awaited<ReturnType<typeof startDemo>>;

  before(async () => {
    page = await readFile(PAGE, 'utf8');
    demo = await startDemo();
    const { token, address } = demo;
    const [first = '', ...others] = shellBlocks(page);
    expect(first, 'the first block says where and who').to.match(PLACE).and.to.match(TOKEN);
    blocks = [first.replace(PLACE, `URL=${address}`).replace(TOKEN, `TOKEN=${token} `), ...others];
  });
  after(() => demo.stop());

  it('leads from handoff to close as written, and a second time too', async () => {
    const script = blocks.filter((block) => !block.includes('curl -N')).join('\n');
    for (const session of [1, 2]) {
      const answers = await answersTo(script);
      const [, me, presence, queues, claimed, transcript, reply, again, note, closed, list] = answers;
      expect(answers).to.have.length(11);
      expect(me.id).to.equal('sample-agent');
      expect(presence.presence).to.equal('available');
      expect(queues.items[0]).to.include({ id: 'support', waiting: 1 });
      expect(claimed).to.include({ state: 'active', agentId: 'sample-agent', session });
      expect(transcript.items.at(-2)).to.include({ text: 'agent', session });
      expect(reply).to.include({ direction: 'out', status: 'queued' });
      expect(again, 'the same key, the same answer').to.deep.equal(reply);
      expect(note.direction).to.equal('note');
      expect(closed).to.include({ id: claimed.id, state: 'closed' });
      expect(list.items[0].id).to.equal(claimed.id);
    }
  });

  it('names a dialog and a step in its example of a return that the sample bot has; others are refused', async () => {
    const [, example = ''] = /`POST …\/return` `(\{.*?\})`/.exec(page) ?? [];
    const give = (body: string) =>
      promisify(execFile)('bash', [
        '-c',
        `${blocks[0]}ID=15550109999-15550100009
        api -o /dev/null $URL/emulator/inbound -d '{"from":"15550100009","to":"15550109999","text":"agent"}'
        until api -f -o /dev/null -X POST $URL/api/conversations/$ID/claim 2>/dev/null; do sleep 0.1; done
        api -X POST $URL/api/conversations/$ID/return -d '${body}'`,
      ]).then(({ stdout }) => JSON.parse(stdout.trim()));
    expect(await give(example.replace('{…}', '{"solved":true}'))).to.include({ handler: 'bot' });
    for (const [body, path] of [
      ['{"dialog":"nowhere"}', 'body.dialog'],
      ['{"dialog":"main","step":"nowhere"}', 'body.step'],
    ] as const) {
      const refused = await give(body);
      expect(refused).to.include({ status: 400, code: 'invalid_request' });
      expect(refused.problems.map((problem: { path: string }) => problem.path)).to.deep.equal([path]);
    }
  });

  it('shows a stream of events as it is', async () => {
    const [stream = '', ...others] = blocks.filter((block) => block.includes('curl -N'));
    expect(others).to.deep.equal([]);
    const curl = spawn('bash', ['-c', `${blocks[0]}exec ${stream}`]);
    let heard = '';
    while (!heard.includes('event: presence')) heard += String((await once(curl.stdout, 'data'))[0]);
    curl.kill();
    await once(curl, 'close');
    const [, shown = ''] = /```\n(retry:[\s\S]*?)```/.exec(page) ?? [];
    const begin = /^retry: \d+\n\nid: \d+\nevent: queue\ndata: \{"id":"support",/;
    expect(heard).to.match(begin);
    expect(shown).to.match(begin);
  });

  it('says of each error what to do', () => {
    const told = [...page.matchAll(/^\| (\d{3}) \| `(\w+)` \| ./gm)].map(([, status, code]) => [
      code,
      status,
    ]);
    const there = Object.entries(STATUSES).map(([code, status]) => [code, String(status)]);
    expect(told).to.have.deep.members(there);
  });

  it('tells one story with the examples of the reference: the support number comes first in an id', () => {
    const ids = [...page.matchAll(/\b\d{11}-\d{11}\b/g)].map(([id]) => id);
    expect(ids).not.to.have.length(0);
    expect(new Set([...ids, EXAMPLE_CONVERSATION.id])).to.deep.equal(new Set(['15550109999-15550100001']));
    const { number, customer } = EXAMPLE_CONVERSATION;
    expect(`${number}-${customer}`).to.equal(EXAMPLE_CONVERSATION.id);
    expect(EXAMPLE_MESSAGE.conversationId).to.equal(EXAMPLE_CONVERSATION.id);
  });
});

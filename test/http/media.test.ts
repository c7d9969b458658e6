import { expect } from 'chai';
import { receive } from '../../src/conversations/inbox.ts';
import type { FetchMedia } from '../../src/http/media.ts';
import { goOnErasing } from '../../src/privacy/erasures.ts';
import { CONVERSATION, CUSTOMER, NUMBER, SETTINGS } from '../support/conversations.ts';
import { comeIn, handOver, openStage, STAGE_ENGINES, type Stage } from './stage.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const URL_OF_PICTURE = 'https://media.telesign.com/a.png';

for (const engine of STAGE_ENGINES) {
  describe(`files of customers and of agents on ${engine}`, () => {
    let stage: Stage;
    let fetched: string[];
    let answer: Awaited<ReturnType<FetchMedia>>;

    beforeEach(async () => {
      fetched = [];
      answer = { bytes: PNG };
      stage = await openStage(
        () => ({
          media: {
            fetch: async (url) => {
              fetched.push(url);
              return answer;
            },
            linkOf: (token) => `${stage.url}/f/${token}`,
          },
        }),
        engine,
      );
      await handOver(stage);
      await comeIn(stage, 'ana');
      stage.rig.set({ attachments: { customers: true, agents: true } });
    });
    afterEach(() => stage.close());

    async function mms(): Promise<void> {
      const media = [
        { kind: 'image', url: URL_OF_PICTURE },
        { kind: 'video', url: 'https://media.telesign.com/b.mp4' },
      ];
      const text = { referenceId: 'MMS', from: CUSTOMER, to: NUMBER, text: '📷\n🎬', segments: 1 };
      await receive(stage.store, 'default', { ...text, provider: { media } }, stage.rig.time);
      await stage.rig.turn();
    }

    const transcript = async () =>
      (await stage.call(`GET /api/conversations/${CONVERSATION}/messages`)).body.items.find(
        ({ id }: { id: string }) => id === 'in:MMS',
      );
    const open = (n: number | string, as = 'ana') =>
      stage.call(`GET /api/messages/in:MMS/media/${n}`, { as });
    const claim = () => stage.call(`POST /api/conversations/${CONVERSATION}/claim`);

    async function upload(bytes: Buffer, { as = 'ana', name = 'label.png', key = '' } = {}) {
      const response = await fetch(
        `${stage.url}/api/conversations/${CONVERSATION}/files?name=${encodeURIComponent(name)}`,
        {
          method: 'POST',
          headers: {
            authorization: `Bearer token-of-${as}`,
            'content-type': 'image/png',
            ...(key && { 'idempotency-key': key }),
          },
          body: new Uint8Array(bytes),
        },
      );
      // biome-ignore lint/suspicious/noExplicitAny: each test looks at what it expects.
      return { status: response.status, body: (await response.json()) as any };
    }

    it('are listed in the transcript by kind, without their address, and fetched only when they are opened', async () => {
      await mms();
      const item = await transcript();
      expect(item.media).to.deep.equal([
        { n: 0, kind: 'image' },
        { n: 1, kind: 'video' },
      ]);
      expect(JSON.stringify(item)).not.to.include('telesign.com');
      expect(fetched).to.deep.equal([]);
      const { status, headers } = await open(0);
      expect(status).to.equal(200);
      expect(fetched).to.deep.equal([URL_OF_PICTURE]);
      expect(headers.get('content-type')).to.equal('image/png');
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox");
      const [entry] = await stage.store.audit.find({ operation: 'openMedia' }).toArray();
      expect(entry).to.include({ agentId: 'ana', target: 'in:MMS' });
    });

    it('are neither listed nor opened where the workstream has them off', async () => {
      stage.rig.set({ attachments: { customers: false, agents: false } });
      await mms();
      expect(await transcript()).not.to.have.property('media');
      expect((await open(0)).status).to.equal(404);
      expect(fetched).to.deep.equal([]);
    });

    it('are opened by who may see the conversation only', async () => {
      await mms();
      expect((await open(0, 'eve')).status).to.equal(404);
      for (const n of [2, 999, '0x0', '-1', '..%2f0'])
        expect((await open(n)).status, String(n)).to.equal(404);
      expect((await stage.call('GET /api/messages/in:OTHER/media/0')).status).to.equal(404);
      expect(fetched).to.deep.equal([]);
    });

    it('are refused when they are no pictures, or cannot be had', async () => {
      await mms();
      for (const [given, status, reason] of [
        [{ bytes: Buffer.from('<svg/>') }, 422, 'no_picture'],
        [{ bytes: Buffer.from('%PDF-1.7') }, 422, 'no_picture'],
        [{ failed: 'not_allowed' }, 422, 'not_allowed'],
        [{ failed: 'too_large' }, 422, 'too_large'],
        [{ failed: 'gone' }, 502, 'gone'],
        [{ failed: 'not_reachable' }, 502, 'not_reachable'],
      ] as const) {
        answer = given;
        const refused = await open(0);
        expect([refused.status, refused.body.reason]).to.deep.equal([status, reason]);
        expect(refused.text).not.to.include('telesign.com');
      }
    });

    it('go out as a link, which anybody who has it can open until it expires', async () => {
      await claim();
      const { status, body } = await upload(PNG, { name: '../Étiquette.exe' });
      expect(status).to.equal(201);
      expect(body).to.include({ name: 'Étiquette.png', type: 'image/png', size: PNG.length });
      expect(Date.parse(body.expiresAt) - stage.rig.time).to.equal(7 * 86_400_000);
      const opened = await fetch(body.url);
      expect(opened.status).to.equal(200);
      expect(Buffer.from(await opened.arrayBuffer()).equals(PNG)).to.equal(true);
      expect(opened.headers.get('content-type')).to.equal('image/png');
      expect(opened.headers.get('content-disposition')).to.equal(
        "inline; filename*=UTF-8''%C3%89tiquette.png",
      );
      expect(opened.headers.get('content-security-policy')).to.include('sandbox');
      for (const wrong of [
        `${body.url}x`,
        body.url.slice(0, -1),
        `${stage.url}/f/..%2f..%2fetc%2fpasswd`,
        `${stage.url}/f/`,
      ]) {
        expect((await fetch(wrong)).status, wrong).to.equal(404);
      }
      const [entry] = await stage.store.audit.find({ operation: 'keepFile' }).toArray();
      expect(entry).to.deep.include({ agentId: 'ana', target: CONVERSATION });
      expect(JSON.stringify(entry)).not.to.include('tiquette');
      stage.rig.time += 7 * 86_400_000;
      expect((await fetch(body.url)).status).to.equal(404);
    });

    it('are shown where they are pictures, and downloaded where they are PDFs, whatever their name', async () => {
      await claim();
      const name = `${'a'.repeat(79)}𠮷 (1).pdf`;
      const { body } = await upload(Buffer.from('%PDF-1.7\n'), { name });
      const opened = await fetch(body.url);
      expect(opened.status).to.equal(200);
      expect(opened.headers.get('content-disposition')).to.equal(
        `attachment; filename*=UTF-8''${'a'.repeat(79)}%F0%A0%AE%B7.pdf`,
      );
      const other = await upload(PNG, { name: 'label (2).png' });
      expect((await fetch(other.body.url)).headers.get('content-disposition')).to.equal(
        "inline; filename*=UTF-8''label%20%282%29.png",
      );
    });

    it('are kept once, however often the request is repeated', async () => {
      await claim();
      const [first, again] = [await upload(PNG, { key: 'k' }), await upload(PNG, { key: 'k' })];
      expect(again.body).to.deep.equal(first.body);
      expect(await stage.store.files.countDocuments({ conversationId: CONVERSATION })).to.equal(1);
    });

    it('are taken from the owner only, of the kinds that there are, where the workstream has them on', async () => {
      expect((await upload(PNG)).body.code, 'before the claim').to.equal('not_owner');
      await claim();
      expect((await upload(PNG, { as: 'ben' })).body.code).to.equal('not_owner');
      expect((await upload(Buffer.from('MZ\x90\x00'))).body.code).to.equal('file_refused');
      expect((await upload(Buffer.alloc(0))).body.code).to.equal('file_refused');
      const large = await upload(Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]));
      expect([large.status, large.body.code]).to.deep.equal([413, 'body_too_large']);
      stage.rig.set({ attachments: { customers: true, agents: false } });
      expect((await upload(PNG)).body.code).to.equal('attachments_off');
      expect(await stage.store.files.countDocuments({ conversationId: CONVERSATION })).to.equal(0);
    });

    it('go with an erasure', async () => {
      await claim();
      const { body } = await upload(PNG);
      const close = { outcome: 'resolved', disposition: 'other' };
      await stage.call(`POST /api/conversations/${CONVERSATION}/close`, { body: close });
      const exported = await stage.call(`GET /api/contacts/${CUSTOMER}/export`, { as: 'root' });
      expect(exported.body.conversations[0].files).to.have.length(1);
      const erased = await stage.call(`POST /api/contacts/${CUSTOMER}/erase`, { as: 'root', body: {} });
      expect(erased.body.erased.files).to.equal(1);
      expect((await fetch(body.url)).status).to.equal(404);
      stage.rig.time += 60_000;
      await goOnErasing({ store: stage.store, settings: SETTINGS, now: () => stage.rig.time });
      expect(await stage.store.fileChunks.countDocuments({ expiresAt: { $gte: 0 } })).to.equal(0);
    });
  });
}

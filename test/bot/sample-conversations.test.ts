import { expect } from 'chai';
import type { ScriptBot } from '../../src/bot/bot.ts';
import { sampleBot, Talk } from '../support/script-bot.ts';

/** What the sample dialogs are asked and answer, in each language. */
const LANGUAGES = {
  en: {
    hello: 'hi',
    menu: '1. Order status\n2. Opening hours\n3. Returns\n4. Talk to a person',
    yes: 'yes please',
    no: 'no thanks',
    shipped: 'Order 10234 is on its way and should arrive in 2 days.',
    hours: ['opening hours', 'We are open Monday to Friday'],
    about: 'What is it about?',
    more: 'Can we help with anything else? Reply YES or NO.',
    bye: 'Goodbye!',
    person: 'I want to talk to a person',
    handedOver: 'I am passing you to a colleague',
    help: ['help', 'This is an automatic assistant.'],
    restart: 'start again',
  },
  es: {
    hello: 'hola',
    menu: '1. Estado de mi pedido\n2. Horario\n3. Devoluciones\n4. Hablar con una persona',
    yes: 'sí, por favor',
    no: 'no, gracias',
    shipped: 'El pedido 10234 está en camino y debería llegar en 2 días.',
    hours: ['horario', 'Abrimos de lunes a viernes'],
    about: '¿De qué se trata?',
    more: '¿Le ayudamos en algo más? Responda SÍ o NO.',
    bye: '¡Hasta pronto!',
    person: 'Quiero hablar con una persona',
    handedOver: 'Le paso con una persona de nuestro equipo.',
    help: ['ayuda', 'Soy el asistente virtual.'],
    restart: 'empezar de nuevo',
  },
  'zh-Hant-HK': {
    hello: '你好',
    menu: '1. 查詢訂單\n2. 營業時間\n3. 退貨\n4. 專人服務',
    yes: '好的，謝謝',
    no: '不用了，謝謝',
    shipped: '訂單 10234 已出貨，預計 2 天後送達。',
    hours: ['營業時間', '營業時間：週一至週五'],
    about: '請簡單說明您的問題。',
    more: '還有其他需要嗎？請回覆「是」或「否」。',
    bye: '再見！',
    person: '我要真人客服',
    handedOver: '正在為您轉接專人',
    help: ['說明', '這裡是自動客服。'],
    restart: '重新開始',
  },
};

for (const [locale, words] of Object.entries(LANGUAGES)) {
  describe(`the sample dialogs in ${locale}`, () => {
    let bot: ScriptBot;
    let customer: Talk;

    before(async () => {
      bot = await sampleBot();
    });

    beforeEach(() => {
      customer = new Talk(bot, locale);
    });

    it('answer a question about an order and close', async () => {
      expect(await customer.asks(words.hello)).to.contain(words.menu);
      await customer.asks('1');
      expect(await customer.asks('#10234')).to.equal(`${words.shipped}\n\n${words.more}`);
      const { texts, ended } = await customer.says(words.no);
      expect(texts[0]).to.contain(words.bye);
      expect(ended).to.deep.equal({ outcome: 'resolved' });
    });

    it('ask once more for an unknown order, then offer a person who looks for it', async () => {
      await customer.asks(words.hello);
      await customer.asks('1');
      await customer.asks('1');
      await customer.asks('2');
      const { handoff } = await customer.says(words.yes);
      expect(handoff).to.deep.include({
        queue: 'support',
        reason: 'order_not_found',
        context: { number: 2 },
      });
      expect((await customer.returned()).texts).to.deep.equal([words.more]);
    });

    it('ask for what a person should know', async () => {
      await customer.asks(words.hello);
      expect(await customer.asks('4')).to.contain(words.about);
      const { handoff } = await customer.says('ABC');
      expect(handoff).to.deep.include({ queue: 'support', reason: 'customer_asked', untakenAfter: 600_000 });
      expect(handoff?.summary).to.match(/ABC$/);
      expect(handoff?.context).to.deep.include({ topic: 'contact', about: 'ABC' });
      expect((await customer.untaken()).texts).to.have.length(1);
      expect((await customer.returned()).texts).to.deep.equal([words.more]);
    });

    it('tell the opening hours in the middle of something else', async () => {
      await customer.asks(words.hello);
      await customer.asks('3');
      const [asked, told] = words.hours;
      expect(await customer.asks(asked ?? '')).to.match(new RegExp(`^${told}[\\s\\S]+\n\n`));
      expect(customer.stack).to.deep.equal(['main/returns', 'returns/recent']);
    });

    it('take a return, or hand a late one over', async () => {
      await customer.asks(words.hello);
      await customer.asks('3');
      const { texts } = await customer.says(words.yes);
      expect(texts).to.have.length(3);
      expect(texts[1]).to.equal('Harbor Books, Returns, 12 Harbor Street, Portland ME 04101');
      await customer.says(words.yes);
      await customer.says('3');
      await customer.says(words.no);
      expect((await customer.says(words.yes)).handoff).to.deep.include({
        queue: 'support',
        reason: 'late_return',
      });
      expect((await customer.returned()).texts).to.deep.equal([words.more]);
    });

    it('hand over at any point to who asks for a person, and take up the question after', async () => {
      await customer.asks(words.hello);
      const question = await customer.asks('1');
      const { texts, handoff } = await customer.says(words.person);
      expect(texts[0]).to.contain(words.handedOver);
      expect(handoff).to.deep.include({ queue: null, reason: 'customer_asked', untakenAfter: null });
      expect(handoff?.context).to.deep.include({ topic: 'order' });
      expect((await customer.returned()).texts[0]).to.match(
        new RegExp(`\n\n${question.replace('?', '\\?')}$`),
      );
      expect(await customer.asks('10234')).to.contain(words.shipped);
    });

    it('help, and ask the question again', async () => {
      await customer.asks(words.hello);
      const question = await customer.asks('1');
      const [asked, told] = words.help;
      const answer = await customer.asks(asked ?? '');
      expect(answer).to.contain(told).and.to.contain(question);
    });

    it('start again when asked to', async () => {
      const welcome = await customer.asks(words.hello);
      await customer.asks('1');
      expect(await customer.asks(words.restart)).to.equal(welcome);
      expect(customer.stack).to.deep.equal(['main/menu']);
    });

    it('hand over who is not understood three times', async () => {
      await customer.asks(words.hello);
      await customer.asks('zzz');
      await customer.asks('zzz');
      expect((await customer.says('zzz')).handoff?.reason).to.equal('not_understood');
      expect(await customer.untaken()).to.deep.include({ texts: [], handoff: null, ended: null });
    });

    it('change the language by its name and ask again in it', async () => {
      await customer.asks(words.hello);
      const other = locale === 'es' ? 'english' : 'español';
      const { locale: chosen, texts } = await customer.says(other);
      expect(chosen).to.equal(locale === 'es' ? 'en' : 'es');
      expect(texts[0]).to.contain(LANGUAGES[chosen === 'en' ? 'en' : 'es'].menu);
      expect(await customer.asks('2')).to.contain(LANGUAGES[chosen === 'en' ? 'en' : 'es'].hours[1]);
    });
  });
}

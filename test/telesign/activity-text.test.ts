import { ActionTypes, type Activity, CardFactory, MessageFactory } from 'botbuilder';
import { expect } from 'chai';
import fc from 'fast-check';
import { activityText } from '../../src/telesign/activity-text.ts';

describe('activityText', () => {
  it('is the text as it stands', () => {
    expect(activityText({ text: '  two\n\nlines ' })).to.equal('  two\n\nlines ');
  });

  it('is empty without anything to read', () => {
    const unreadable: Partial<Activity>[] = [
      {},
      { text: ' \n' },
      { speak: '<speak>hello</speak>' },
      { attachments: [], suggestedActions: { to: [], actions: [] } },
      MessageFactory.attachment({ contentType: 'image/png', contentUrl: 'data:image/png;base64,AAAA' }),
      MessageFactory.attachment({ contentType: 'application/x', content: 'free form' }),
      MessageFactory.attachment(CardFactory.heroCard('', ['https://example.com/decoration.png'])),
    ];
    expect(unreadable.map(activityText)).to.deep.equal(unreadable.map(() => ''));
  });

  it('lists suggested actions as words to answer with', () => {
    expect(activityText(MessageFactory.suggestedActions(['Red', 'Green'], 'Which?'))).to.equal(
      'Which?\n\n- Red\n- Green',
    );
  });

  it('shows the word that an action would say where it is not its label, but not hidden values', () => {
    const activity = MessageFactory.suggestedActions([
      { type: ActionTypes.ImBack, title: 'Yes, please', value: 'yes' },
      { type: ActionTypes.ImBack, title: 'No', value: 'no' },
      { type: ActionTypes.PostBack, title: 'Later', value: '{"action":"snooze"}' },
      { type: ActionTypes.MessageBack, title: 'Never', value: { action: 'stop' } },
    ]);
    expect(activityText(activity)).to.equal('- Yes, please (yes)\n- No\n- Later\n- Never');
  });

  it('reads a hero card from title to buttons', () => {
    const card = CardFactory.heroCard(
      'Order 17',
      'On its way.',
      ['https://example.com/parcel.png'],
      [
        { type: ActionTypes.OpenUrl, title: 'Track', value: 'https://example.com/t/17' },
        { type: ActionTypes.Call, title: 'Call:', value: 'tel:+15550001111' },
        { type: ActionTypes.ImBack, title: 'Cancel', value: 'cancel' },
      ],
      { subtitle: 'Tuesday' },
    );
    expect(activityText(MessageFactory.attachment(card, 'Here it is:'))).to.equal(
      'Here it is:\n\nOrder 17\nTuesday\nOn its way.\nTrack: https://example.com/t/17\nCall: tel:+15550001111\n- Cancel',
    );
  });

  it('sets several cards apart', () => {
    const carousel = MessageFactory.carousel([CardFactory.heroCard('One'), CardFactory.thumbnailCard('Two')]);
    expect(activityText(carousel)).to.equal('One\n\nTwo');
  });

  it('reads a receipt, a sign-in and a video', () => {
    const receipt = CardFactory.receiptCard({
      title: 'Receipt',
      facts: [{ key: 'Order', value: '17' }],
      items: [
        { title: 'Tea', price: '$3.00', subtitle: '', text: '', quantity: '1' },
      ] as unknown as Parameters<typeof CardFactory.receiptCard>[0]['items'],
      tax: '$0.30',
      total: '$3.30',
    } as Parameters<typeof CardFactory.receiptCard>[0]);
    const signIn = CardFactory.signinCard('Sign in', 'https://example.com/login', 'Please sign in.');
    const video = CardFactory.videoCard('How to', ['https://example.com/v.mp4']);
    expect(
      [receipt, signIn, video].map((card) => activityText(MessageFactory.attachment(card))),
    ).to.deep.equal([
      'Receipt\nOrder: 17\nTea: $3.00\n$0.30\n$3.30',
      'Please sign in.\nSign in: https://example.com/login',
      'How to\nhttps://example.com/v.mp4',
    ]);
  });

  it('reads an adaptive card, by its fallback text where it has one', () => {
    const body = [
      { type: 'TextBlock', text: 'Flight' },
      {
        type: 'ColumnSet',
        columns: [{ type: 'Column', items: [{ type: 'TextBlock', text: 'Gate 4' }, { type: 'Image' }] }],
      },
      { type: 'FactSet', facts: [{ title: 'Seat:', value: '12A' }] },
    ];
    const actions = [{ type: 'Action.OpenUrl', title: 'Check in', url: 'https://example.com/c' }];
    expect(
      activityText(
        MessageFactory.attachment(CardFactory.adaptiveCard({ type: 'AdaptiveCard', body, actions })),
      ),
    ).to.equal('Flight\nGate 4\nSeat: 12A\nCheck in: https://example.com/c');
    expect(
      activityText(
        MessageFactory.attachment(CardFactory.adaptiveCard({ body, fallbackText: 'Flight at gate 4' })),
      ),
    ).to.equal('Flight at gate 4');
  });

  it('gives the address of a file', () => {
    const contentUrl = 'https://example.com/terms.pdf';
    expect(activityText(MessageFactory.contentUrl(contentUrl, 'application/pdf', 'Terms'))).to.equal(
      `Terms: ${contentUrl}`,
    );
    expect(activityText(MessageFactory.contentUrl(contentUrl, 'application/pdf'))).to.equal(contentUrl);
  });

  it('reads what it can of a card whose other fields are not as documented', () => {
    const field = fc.constantFrom(
      ...['subtitle', 'text', 'facts', 'items', 'tax', 'media', 'buttons', 'fallbackText', 'body', 'actions'],
    );
    fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue()), fc.string(), (rest, contentType) => {
        const content = { ...rest, title: 'Order 17' };
        expect(activityText({ attachments: [{ contentType, content }] })).to.match(/^Order 17(\n|$)/);
      }),
    );
  });

  it('takes any content without failing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (content) => {
        expect(activityText({ attachments: [{ contentType: 'x', content }] })).to.be.a('string');
      }),
    );
  });
});

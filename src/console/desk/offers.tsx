import { useApp, useClock, useFormats, useSelect, useT } from '../app-context.ts';
import { offersTo } from '../model/lists.ts';
import { shownNumber } from '../model/phone-number.ts';
import { addressOf } from '../model/place.ts';
import type { Agent, Conversation } from '../model/types.ts';
import { useKeys } from '../parts/keys.tsx';
import { goTo } from '../parts/whereabouts.ts';

/** What is put before me, with the time that is left to say yes. Keys are for the uppermost. */
export function Offers({ me }: { me: Agent }) {
  const t = useT();
  const { desk } = useApp();
  const offers = useSelect((state) => offersTo(state, me));
  const [first] = offers;
  async function accept({ id }: Conversation) {
    if (await desk.act(id, 'accept')) goTo(addressOf(id, true));
  }
  const reject = ({ id }: Conversation) => void desk.act(id, 'reject');
  useKeys(
    first === undefined
      ? []
      : [
          { key: 'y', label: 'keys.accept', run: () => void accept(first) },
          { key: 'N', label: 'keys.reject', run: () => reject(first) },
        ],
  );
  return (
    <div class="offers" role="region" aria-label={t('offers.label')} hidden={first === undefined}>
      {offers.map((offered) => (
        <Offer
          key={offered.id}
          offered={offered}
          accept={() => void accept(offered)}
          reject={() => reject(offered)}
        />
      ))}
    </div>
  );
}

function Offer(props: { offered: Conversation; accept: () => void; reject: () => void }) {
  const { offered, accept, reject } = props;
  const t = useT();
  const { countdown } = useFormats();
  const now = useClock(1000);
  const left = Date.parse(offered.offer?.until ?? '') - now;
  return (
    <article class="offer">
      <p>
        <strong>{shownNumber(offered.customer)}</strong>
        <span class="countdown" role="timer">
          {countdown(left)}
        </span>
      </p>
      <p class="line" dir="auto">
        {offered.handoff?.summary}
      </p>
      <p class="buttons">
        <button type="button" class="primary" onClick={accept}>
          {t('do.accept')}
        </button>
        <button type="button" onClick={reject}>
          {t('do.reject')}
        </button>
      </p>
    </article>
  );
}

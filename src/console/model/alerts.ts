import { keep, stored } from './storage.ts';

/** How somebody who looks elsewhere hears of what happens. */
export interface Alerts {
  /** For them alone, such as a customer's answer: a sound, and a notice when the page is not in front. */
  call: (text: string, conversationId: string) => void;
  /** For whoever is free: a notice when the page is not in front. */
  note: (text: string, conversationId: string) => void;
  readonly sound: boolean;
  setSound: (on: boolean) => void;
  /** `default` = nobody has been asked yet. */
  readonly notices: 'granted' | 'denied' | 'default' | 'missing';
  /** Asks the browser to be let. */
  allowNotices: () => Promise<void>;
}

const SOUND = 'switchboard.sound';

export function createAlerts(parts: { show: (conversationId: string) => void }): Alerts {
  let audio: AudioContext | undefined;

  /** Two short tones, made here: no file to load. */
  function ring(): void {
    // Before the first key or click no page is let; what is asked for then sounds all at once with that key.
    if (stored(SOUND) === 'off' || !navigator.userActivation.hasBeenActive) return;
    audio ??= new AudioContext();
    const { currentTime, destination } = audio;
    for (const [frequency, at] of [
      [660, 0],
      [880, 0.12],
    ] as const) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.08, currentTime + at);
      volume.gain.exponentialRampToValueAtTime(0.001, currentTime + at + 0.18);
      tone.connect(volume).connect(destination);
      tone.start(currentTime + at);
      tone.stop(currentTime + at + 0.2);
    }
  }

  function notify(text: string, conversationId: string): void {
    if (!document.hidden || typeof Notification === 'undefined' || Notification.permission !== 'granted')
      return;
    // One for each conversation, the latest.
    const notice = new Notification('switchboard', { body: text, tag: conversationId });
    notice.addEventListener('click', () => {
      window.focus();
      parts.show(conversationId);
      notice.close();
    });
  }

  return {
    call(text, conversationId) {
      ring();
      notify(text, conversationId);
    },
    note: notify,
    get sound() {
      return stored(SOUND) !== 'off';
    },
    setSound: (on) => keep(SOUND, on ? null : 'off'),
    get notices() {
      return typeof Notification === 'undefined' ? 'missing' : Notification.permission;
    },
    async allowNotices() {
      if (typeof Notification !== 'undefined') await Notification.requestPermission();
    },
  };
}

import { useLayoutEffect, useState } from 'preact/hooks';
import { type Place, placeOf } from '../model/place.ts';

/**
 * Goes there within this very key or click. The browser would say a moment later that the address has changed, and the
 * next key would still go to the page before: to another conversation.
 */
export function goTo(address: string): void {
  if (location.hash === address) return;
  history.pushState(null, '', address);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Where the reader is, now and whenever they are elsewhere. */
export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useLayoutEffect(() => {
    const moved = () => setPlace(placeOf(location.hash));
    window.addEventListener('hashchange', moved);
    return () => window.removeEventListener('hashchange', moved);
  }, []);
  return place;
}

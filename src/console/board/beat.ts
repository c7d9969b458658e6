import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import type { Ask } from '../model/api.ts';

/**
 * What `read` finds, undefined before the first time: at once, then every `milliseconds` while the page is in front, and
 * when it comes back there. It is read anew when `read` is another function.
 */
export function useEvery<R>(milliseconds: number, read: (ask: Ask) => Promise<R>): R | undefined {
  const { desk } = useApp();
  const [found, setFound] = useState<R>();
  useEffect(() => {
    let gone = false;
    const look = async () => {
      if (document.hidden) return;
      const got = await desk.attempt(() => read(desk.ask));
      if (!gone && got !== undefined) setFound(got);
    };
    const looks = () => void look();
    looks();
    const timer = setInterval(looks, milliseconds);
    document.addEventListener('visibilitychange', looks);
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', looks);
    };
  }, [desk, milliseconds, read]);
  return found;
}

import { useCallback, useEffect, useRef, useState } from 'react';
import { readSignIn, type SignIn } from './sign-in.ts';

/** Pages of one browser tell each other here whose it is: a person's id, or null for nobody. */
const CHANNEL = 'desk.session';

/** Who uses this browser, as far as this page knows. */
export interface SignInWatch {
  /** Null until it is known, and while the page leaves; an error while it cannot be known. */
  signIn: SignIn | Error | null;
  /** True when there was a session on this page, and it is over. */
  ended: boolean;
  /** Asks the gateway again. Comes back when the answer is there, whatever it is. */
  check: () => Promise<void>;
}

/**
 * Follows who is signed in: at the start, when the page is looked at again, and when another page of this browser tells of
 * somebody else. `forget` is called when the person of this page is gone; where another came in the place, the page is loaded anew.
 */
export function useSignIn(forget: () => void): SignInWatch {
  const [signIn, setSignIn] = useState<SignIn | Error | null>(null);
  const [ended, setEnded] = useState(false);
  const pageOf = useRef<string | null>(null);
  const told = useRef<string | null>(null);
  const channel = useRef<BroadcastChannel | null>(null);

  const check = useCallback(async () => {
    let read: SignIn;
    try {
      read = await readSignIn();
    } catch (error) {
      setSignIn((before) => (before && 'signedIn' in before ? before : (error as Error)));
      return;
    }
    const person = read.signedIn ? read.id : null;
    told.current = person;
    channel.current?.postMessage(person);
    if (pageOf.current !== null && person !== pageOf.current) forget();
    if (pageOf.current !== null && person !== null && person !== pageOf.current) {
      setSignIn(null);
      return location.reload();
    }
    if (person === null) setEnded(pageOf.current !== null);
    else pageOf.current = person;
    setSignIn(read);
  }, [forget]);

  useEffect(() => {
    // A browser without channels finds out when the page is looked at, or when the gateway refuses its next request.
    const open = 'BroadcastChannel' in globalThis ? new BroadcastChannel(CHANNEL) : null;
    channel.current = open;
    if (open) open.onmessage = ({ data }) => void (data !== told.current && check());
    const onVisible = () => void (document.visibilityState === 'visible' && check());
    document.addEventListener('visibilitychange', onVisible);
    void check();
    return () => {
      document.removeEventListener('visibilitychange', onVisible);
      open?.close();
    };
  }, [check]);

  return { signIn, ended, check };
}

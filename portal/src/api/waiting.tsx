import { Skeleton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useText } from '../text/text.ts';
import { rateWaitMs } from './client.ts';

/** Nothing is shown before this time, in milliseconds: what comes at once must not flicker. */
const SKELETON_MS = 150;
/** From this time on words say that something is being loaded, in milliseconds. */
const WORDS_MS = 1_000;

/**
 * Holds the place of something that is being loaded: nothing, then a skeleton, then words. `failure` is why the last attempt
 * failed; where the desk asked to wait, the words say how long.
 */
export function Waiting(props: { lines?: number; page?: boolean; failure?: Error | null }) {
  const { lines = 3, page = false, failure = null } = props;
  const text = useText();
  const [stage, setStage] = useState<'nothing' | 'skeleton' | 'words'>('nothing');
  useEffect(() => {
    const timers = [setTimeout(() => setStage('skeleton'), SKELETON_MS), setTimeout(() => setStage('words'), WORDS_MS)];
    return () => timers.forEach(clearTimeout);
  }, []);
  const restMs = rateWaitMs(failure);
  if (stage === 'nothing' && restMs === null) return null;
  return (
    <div className={page ? 'page waiting' : 'waiting'} aria-busy="true">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={18} mb={10} width={`${92 - line * 11}%`} />
      ))}
      {restMs !== null ? (
        <p role="status">{text('waiting.rate', { seconds: secondsOf(restMs) })}</p>
      ) : (
        stage === 'words' && <p className="quiet">{text('waiting')}</p>
      )}
    </div>
  );
}

/** A wait in whole seconds, one at least, as words tell it. */
export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

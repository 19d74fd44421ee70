import { Skeleton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useText } from '../text.ts';

/** Nothing is shown before this time, in milliseconds: what comes at once must not flicker. */
const SKELETON_MS = 150;
/** From this time on words say that something is being loaded, in milliseconds. */
const WORDS_MS = 1_000;

/** Holds the place of something that is being loaded: nothing, then a skeleton, then words. */
export function Waiting({ lines = 3, page = false }: { lines?: number; page?: boolean }) {
  const text = useText();
  const [stage, setStage] = useState<'nothing' | 'skeleton' | 'words'>('nothing');
  useEffect(() => {
    const timers = [setTimeout(() => setStage('skeleton'), SKELETON_MS), setTimeout(() => setStage('words'), WORDS_MS)];
    return () => timers.forEach(clearTimeout);
  }, []);
  if (stage === 'nothing') return null;
  return (
    <div className={page ? 'page waiting' : 'waiting'} aria-busy="true">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={18} mb={10} width={`${92 - line * 11}%`} />
      ))}
      {stage === 'words' && <p className="quiet">{text('waiting')}</p>}
    </div>
  );
}

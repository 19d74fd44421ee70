import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';
import { Waiting } from './waiting.tsx';

/** How far a reading has come. */
interface Reading<Data> {
  data: Data | undefined;
  error: Error | null;
  failureReason: Error | null;
  refetch: () => Promise<unknown>;
}

/**
 * Shows what was read; while there is nothing, why not, or that it is on its way. A later reading that fails takes nothing
 * away: what was read stays, and the live dot says how old it may be.
 */
export function Loaded<Data>(props: {
  of: Reading<Data>;
  lines?: number;
  page?: boolean;
  children: (data: Data) => ReactNode;
}) {
  const { of, lines, page = false } = props;
  if (of.data !== undefined) return props.children(of.data);
  if (of.error) return <Failure error={of.error} retry={() => void of.refetch()} page={page} />;
  return <Waiting {...(lines && { lines })} page={page} failure={of.failureReason} />;
}

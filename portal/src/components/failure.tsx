import { Button } from '@mantine/core';
import { ApiError } from '../api/client.ts';
import { findMessage, useText, type MessageId } from '../text.ts';

/** Says that something could not be loaded, why, and offers to try again. */
export function Failure({ error, retry, page = false }: { error: unknown; retry: () => void; page?: boolean }) {
  const text = useText();
  return (
    <div className={page ? 'page failure' : 'failure'} role="alert">
      <p>
        <strong>{text('failure.title')}</strong> {text(messageOf(error))}
      </p>
      {error instanceof ApiError && error.requestId && (
        <p className="quiet">{text('failure.requestId', { id: error.requestId })}</p>
      )}
      <Button variant="default" size="compact-sm" onClick={retry}>
        {text('failure.retry')}
      </Button>
    </div>
  );
}

/** The text that explains an error to a reader, in the reader's language. */
export function messageOf(error: unknown): MessageId {
  const code = error instanceof ApiError ? error.code : 'INTERNAL';
  return findMessage(`error.${code}`) ?? 'error.INTERNAL';
}

import { Button } from '@mantine/core';
import { useText, type Text } from '../text/text.ts';
import { ApiError } from './client.ts';

/**
 * Says that something could not be loaded, why, and offers to try again. `about`: the noun that has words of its own for it; `title`: what
 * failed, where it was no reading.
 */
export function Failure(props: { error: unknown; retry: () => void; page?: boolean; about?: string; title?: string }) {
  const { error, retry, page = false, about } = props;
  const text = useText();
  const title = props.title ?? text('failure.title');
  return (
    <div className={page ? 'page failure' : 'failure'} role="alert">
      <p>
        <strong>{title}</strong> {sentenceOf(error, text, about)}
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

/** What an error means to the reader, in the reader's language: in the words of the noun that it is about, if it has any. */
export function sentenceOf(error: unknown, text: Text, about = ''): string {
  const code = error instanceof ApiError ? error.code : 'INTERNAL';
  const id = [`${about}.error.${code}`, `error.${code}`].find((name) => text.has(name));
  return text(id ?? 'error.INTERNAL');
}

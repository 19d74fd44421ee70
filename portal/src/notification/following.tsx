import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Failure } from '../api/failure.tsx';
import { Loaded } from '../api/loaded.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { useSession } from '../app/session-context.ts';
import { UnfollowRecordDocument, WithdrawSignUpDocument } from '../generated/api.ts';
import { useServices } from '../service/queries.ts';
import { PageTexts } from '../text/page-texts.tsx';
import { useText } from '../text/text.ts';
import en from './page-messages.en.json';
import fr from './page-messages.fr.json';
import { FOLLOWING_KEY, followsQuery, signUpsQuery, type FollowRow, type SignUpRow } from './queries.ts';
import { recordOf } from './sentence.ts';
import { wordsOf } from './sign-up.ts';

declare module '../text/text.ts' {
  interface MessageSets {
    notificationPages: keyof typeof en;
  }
}

const MESSAGES = { EN: en, FR: fr };

/** What the reader follows: single records, and all records of a kind that the reader signed up for. Each can be stopped. */
export function FollowingPage() {
  return (
    <PageTexts messages={MESSAGES}>
      <Following />
    </PageTexts>
  );
}

function Following() {
  const text = useText();
  const { api } = useSession();
  const signUps = useQuery(signUpsQuery(api));
  const follows = useInfiniteQuery(followsQuery(api));
  return (
    <div className="page narrow">
      <p>
        <Link to="/inbox" search={{}}>
          {text('nav.inbox')}
        </Link>
      </p>
      <h1>{text('nav.following')}</h1>
      <h2>{text('following.signUps')}</h2>
      <Loaded of={signUps} lines={2}>
        {(rows) => (rows.length === 0 ? <p>{text('following.signUps.none')}</p> : <SignUps rows={rows} />)}
      </Loaded>
      <h2>{text('following.records')}</h2>
      <Loaded of={follows} lines={4}>
        {({ pages }) => <Follows rows={pages.flatMap(({ nodes }) => nodes)} />}
      </Loaded>
      {follows.hasNextPage && (
        <Button variant="default" loading={follows.isFetchingNextPage} onClick={() => void follows.fetchNextPage()}>
          {text('inbox.earlier')}
        </Button>
      )}
    </div>
  );
}

function SignUps({ rows }: { rows: readonly SignUpRow[] }) {
  const text = useText();
  const { api, language } = useSession();
  const services = useServices();
  return (
    <ul className="starts">
      {rows.map(({ id, filter }) => {
        const name = wordsOf(filter, { text, services, language }).join(' · ');
        const stop = () => api.write(WithdrawSignUpDocument, { id, idempotencyKey: newIdempotencyKey() });
        return (
          <li key={id}>
            {name} <Stop name={name} stop={stop} />
          </li>
        );
      })}
    </ul>
  );
}

function Follows({ rows }: { rows: readonly FollowRow[] }) {
  const text = useText();
  const { api, language } = useSession();
  if (rows.length === 0) return <p>{text('following.records.none')}</p>;
  return (
    <ul className="starts">
      {rows.map((row) => {
        const { id, recordId } = row;
        const record = recordOf(row, language);
        const name = record ? [record.number, record.title].filter(Boolean).join(' ') : text('inbox.recordGone');
        const stop = () => api.write(UnfollowRecordDocument, { recordId, idempotencyKey: newIdempotencyKey() });
        return (
          <li key={id}>
            {record ? <Link {...record.address}>{name}</Link> : name} <Stop name={name} stop={stop} />
          </li>
        );
      })}
    </ul>
  );
}

function Stop({ name, stop }: { name: string; stop: () => Promise<unknown> }) {
  const text = useText();
  const queryClient = useQueryClient();
  const stopping = useMutation({
    mutationFn: stop,
    onSettled: () => queryClient.invalidateQueries({ queryKey: FOLLOWING_KEY }),
  });
  return (
    <>
      <button
        type="button"
        className="plain"
        aria-label={text('following.stopOf', { name })}
        onClick={() => {
          // The row goes with its button: the keyboard stays on the page.
          document.getElementById('main')?.focus({ preventScroll: true });
          stopping.mutate();
        }}
      >
        {text('following.stop')}
      </button>
      {stopping.error && <Failure error={stopping.error} retry={() => stopping.mutate()} />}
    </>
  );
}

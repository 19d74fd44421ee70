import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Failure } from '../api/failure.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { useSession } from '../app/session-context.ts';
import { CompleteServiceRequestTaskDocument } from '../generated/api.ts';
import { actorName } from '../person/actor.ts';
import { ActionBar } from '../record/actions.tsx';
import { Conversation } from '../record/conversation.tsx';
import { Fact } from '../record/fact.tsx';
import { RecordPage } from '../record/page.tsx';
import { keepRecord } from '../record/queries.ts';
import { ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { REQUEST_ACTIONS } from './actions.ts';
import { SERVICE_REQUEST, type Facts } from './record.ts';
import { StateBadge } from './state-badge.tsx';

/** One service request: what was asked for, when it is due and why, what can be done, what was said, what happened. */
export function RequestPage() {
  return <RecordPage noun={SERVICE_REQUEST} {...{ Badges, Actions, Body }} />;
}

function Badges({ record }: { record: Facts }) {
  const text = useText();
  return (
    <>
      <StateBadge state={record.state} />
      {record.breached && <span className="badge">{text('request.late')}</span>}
    </>
  );
}

function Actions({ record }: { record: Facts }) {
  return <ActionBar noun={SERVICE_REQUEST} actions={REQUEST_ACTIONS} record={record} />;
}

function Body({ record }: { record: Facts }) {
  const text = useText();
  return (
    <>
      {record.result && (
        <section>
          <h2>{text('request.field.result')}</h2>
          <p className="message-text">{record.result}</p>
        </section>
      )}
      <RequestFacts record={record} />
      <Tasks record={record} />
      <Conversation noun={SERVICE_REQUEST} record={record} />
    </>
  );
}

function RequestFacts({ record }: { record: Facts }) {
  const text = useText();
  const { format, language } = useSession();
  const time = (instant: string | null) => instant && format.instant(instant);
  const explained = language === 'FR' ? record.explainedFr : record.explained;
  return (
    <section>
      <h2>{text('request.facts')}</h2>
      <dl className="facts">
        {record.values.map(({ name, value }) => {
          const field = record.form?.fields.find((each) => each.name === name);
          const choice = field?.choices.find(({ id }) => id === value);
          return (
            <Fact key={name} name={field ? ownName({ id: name, ...field }, language) : name}>
              {choice ? ownName(choice, language) : value}
            </Fact>
          );
        })}
        <Fact name={text('request.fact.organization')}>{record.organization?.name}</Fact>
        <Fact name={text('request.fact.requester')}>{actorName(record.requester, text)}</Fact>
        <Fact name={text('request.fact.approvedBy')}>{record.approvedBy && actorName(record.approvedBy, text)}</Fact>
        <Fact name={text('request.fact.due')}>{time(record.dueAt)}</Fact>
        <Fact name={text('request.fact.why')}>{explained?.summary}</Fact>
        <Fact name={text('request.fact.closes')}>{time(record.closesAt)}</Fact>
        <Fact name={text('request.fact.created')}>{time(record.createdAt)}</Fact>
        <Fact name={text('request.fact.closed')}>{time(record.closedAt)}</Fact>
      </dl>
    </section>
  );
}

/** What has to be done; to those who do it, with a button for each that can be done now. */
function Tasks({ record }: { record: Facts }) {
  const text = useText();
  const { api, format, language } = useSession();
  const queryClient = useQueryClient();
  const complete = useMutation({
    mutationFn: (taskId: string) =>
      api.write(CompleteServiceRequestTaskDocument, {
        id: record.id,
        expectedVersion: record.version,
        taskId,
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: ({ record: written }) => keepRecord(SERVICE_REQUEST, queryClient, { written, before: record }),
  });
  if (record.tasks.length === 0) return null;
  const isDone = (id: string) => record.tasks.some((task) => task.id === id && task.completedAt !== null);
  const may = record.allowedActions.includes('COMPLETE_TASK');
  return (
    <section>
      <h2>{text('request.tasks')}</h2>
      <ol>
        {record.tasks.map((task) => (
          <li key={task.id}>
            {ownName(task, language)}{' '}
            {task.completedAt && (
              <span className="badge">{text('request.task.done', { time: format.instant(task.completedAt) })}</span>
            )}
            {may && !task.completedAt && task.dependsOn.every(isDone) && (
              <Button size="compact-sm" loading={complete.isPending} onClick={() => complete.mutate(task.id)}>
                {text('request.task.complete')}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {complete.error && (
        <Failure error={complete.error} retry={() => complete.variables && complete.mutate(complete.variables)} />
      )}
    </section>
  );
}

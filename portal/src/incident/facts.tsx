import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '../api/failure.tsx';
import { useSession } from '../app/session-context.ts';
import { UnlinkIncidentDocument } from '../generated/api.ts';
import { actorName } from '../person/actor.ts';
import { useText } from '../text/text.ts';
import { Fact } from '../record/fact.tsx';
import { keepRecord, refreshRecord } from '../record/queries.ts';
import { INCIDENT, type Facts } from './record.ts';
import { useServices } from '../service/queries.ts';
import { nameOf } from '../text/named.ts';
import { useReferences } from './references.ts';

/** What is known about an incident, as pairs of name and value. */
export function IncidentFactsList({ incident }: { incident: Facts }) {
  const text = useText();
  const { format, language } = useSession();
  const references = useReferences();
  const services = useServices();
  const { hold, resolution, priorityOverride } = incident;
  return (
    <dl className="facts">
      <Fact name={text('fact.organization')}>
        {incident.organization && `${incident.organization.name} (${incident.organization.code})`}
      </Fact>
      <Fact name={text('fact.requester')}>{actorName(incident.requester, text)}</Fact>
      <Fact name={text('fact.service')}>{incident.service && nameOf(services, incident.service.id, language)}</Fact>
      <Fact name={text('fact.environment')}>{text.word('environment', incident.environment)}</Fact>
      <Fact name={text('fact.impact')}>{text.word('impact', incident.impact)}</Fact>
      <Fact name={text('fact.urgency')}>{text.word('urgency', incident.urgency)}</Fact>
      <Fact name={text('fact.override')}>
        {priorityOverride &&
          text('fact.override.text', { computed: priorityOverride.computed, reason: priorityOverride.reason })}
      </Fact>
      <Fact name={text('fact.category')}>
        {incident.category && nameOf(references.incidentCategories, incident.category.id, language)}
      </Fact>
      <Fact name={text('fact.group')}>
        {incident.assignmentGroup && nameOf(references.assignmentGroups, incident.assignmentGroup.id, language)}
      </Fact>
      <Fact name={text('fact.assignee')}>{incident.assignee?.name}</Fact>
      <Fact name={text('fact.hold')}>
        {hold &&
          [
            text.word('holdReason', hold.reason),
            hold.vendorReference ?? hold.waitsFor,
            hold.until && text('fact.hold.until', { time: format.instant(hold.until) }),
          ]
            .filter(Boolean)
            .join(' · ')}
      </Fact>
      <Fact name={text('fact.created')}>{format.instant(incident.createdAt)}</Fact>
      <Fact name={text('fact.updated')}>{format.instant(incident.updatedAt)}</Fact>
      <Fact name={text('fact.resolved')}>{incident.resolvedAt && format.instant(incident.resolvedAt)}</Fact>
      <Fact name={text('fact.closes')}>{incident.closesAt && format.instant(incident.closesAt)}</Fact>
      <Fact name={text('fact.closed')}>{incident.closedAt && format.instant(incident.closedAt)}</Fact>
      <Fact name={text('fact.resolution')}>
        {resolution && (
          <>
            {text.word('resolutionCode', resolution.code)} · {text.word('cause', resolution.cause)}
            <span className="message-text">{resolution.text}</span>
          </>
        )}
      </Fact>
      <Fact name={text('fact.reopened')}>{incident.reopenCount > 0 && format.number(incident.reopenCount)}</Fact>
      <Fact name={text('fact.reassigned')}>
        {incident.reassignmentCount > 0 && format.number(incident.reassignmentCount)}
      </Fact>
      <Fact name={text('fact.external')}>{incident.externalNumber}</Fact>
    </dl>
  );
}

/** Whom to call, in which order, and when. */
export function Contacts({ incident }: { incident: Facts }) {
  const text = useText();
  if (incident.contacts.length === 0) return null;
  return (
    <section>
      <h2>{text('contacts.title')}</h2>
      <ul className="contacts">
        {incident.contacts.map((contact) => (
          <li key={contact.rank}>
            <strong>{text.word('contactRank', contact.rank)}</strong> {contact.name} ·{' '}
            <a href={`tel:${contact.phone.replaceAll(/[^+\d]/g, '')}`}>{contact.phone}</a> ·{' '}
            <span className="quiet">{contact.availability}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The record that a link leads to, by its title where the reader sees it. */
function LinkTarget({ link: { target, incident, problem, knownError } }: { link: Facts['links'][number] }) {
  const text = useText();
  if (incident)
    return (
      <Link to="/incidents/$id" params={{ id: incident.number }} search={true}>
        {incident.number} {incident.title}
      </Link>
    );
  if (problem)
    return (
      <Link to="/problems/$id" params={{ id: problem.number }} search={{}}>
        {problem.number} {problem.title}
      </Link>
    );
  if (knownError)
    return (
      <Link to="/known-errors/$id" params={{ id: knownError.number }} search={{}}>
        {knownError.number} {knownError.title}
      </Link>
    );
  return target ?? text('links.hidden');
}

/** Links to other records; each can be taken away by those who may link, but for a duplicate's, which goes with reopening. */
export function Links({ incident }: { incident: Facts }) {
  const text = useText();
  const { customer, api } = useSession();
  const queryClient = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  if (incident.links.length === 0) return null;
  const mayUnlink = incident.allowedActions.includes('LINK');
  const unlink = async ({ kind, target }: Facts['links'][number]) => {
    if (target === null) return; // Whoever may link sees every number.
    try {
      setError(null);
      const input = { id: incident.id, expectedVersion: incident.version, kind, target };
      const { record: written } = await api.write(UnlinkIncidentDocument, input);
      keepRecord(INCIDENT, queryClient, { written, before: incident });
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
      refreshRecord(INCIDENT, queryClient, incident.number);
    }
  };
  return (
    <section>
      <h2>{text('links.title')}</h2>
      {error && <Failure error={error} retry={() => setError(null)} about="incident" />}
      <ul className="links">
        {incident.links.map((link, index) => (
          <li key={`${link.kind}.${link.target ?? index}`}>
            {text.word('linkKind', link.kind)} <LinkTarget link={link} />{' '}
            {link.incident && (
              <span className="quiet">{text.word(customer ? 'customerState' : 'state', link.incident.state)}</span>
            )}
            {mayUnlink && link.kind !== 'DUPLICATE_OF' && (
              <button type="button" className="plain" onClick={() => void unlink(link)}>
                {text('links.remove')}
                <span className="hidden-words"> {link.target}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

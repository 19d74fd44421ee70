import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import type { Facts } from '../actions.ts';
import { nameOf } from '../choices.ts';
import { useDesk } from '../desk.tsx';
import { UnlinkIncidentDocument } from '../generated/api.ts';
import { useText, wordFor } from '../text.ts';
import { actorName } from './actor.ts';
import { Failure } from './failure.tsx';

/** What is known about an incident, as pairs of name and value. */
export function IncidentFactsList({ incident }: { incident: Facts }) {
  const text = useText();
  const { format, references, language } = useDesk();
  const { hold, resolution, priorityOverride } = incident;
  return (
    <dl className="facts">
      <Fact name={text('fact.organization')}>
        {incident.organization && `${incident.organization.name} (${incident.organization.code})`}
      </Fact>
      <Fact name={text('fact.requester')}>{actorName(incident.requester, text)}</Fact>
      <Fact name={text('fact.service')}>{nameOf(references.services, incident.service.id, language)}</Fact>
      <Fact name={text('fact.environment')}>{wordFor(text, 'environment', incident.environment)}</Fact>
      <Fact name={text('fact.impact')}>{wordFor(text, 'impact', incident.impact)}</Fact>
      <Fact name={text('fact.urgency')}>{wordFor(text, 'urgency', incident.urgency)}</Fact>
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
            wordFor(text, 'holdReason', hold.reason),
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
            {wordFor(text, 'resolutionCode', resolution.code)} · {wordFor(text, 'cause', resolution.cause)}
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

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === undefined || children === false || children === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
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
            <strong>{wordFor(text, 'contactRank', contact.rank)}</strong> {contact.name} ·{' '}
            <a href={`tel:${contact.phone.replaceAll(/[^+\d]/g, '')}`}>{contact.phone}</a> ·{' '}
            <span className="quiet">{contact.availability}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Links to other records; each can be taken away by those who may link, but for a duplicate's, which goes with reopening. */
export function Links({ incident }: { incident: Facts }) {
  const text = useText();
  const { customer, queries, request } = useDesk();
  const queryClient = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  if (incident.links.length === 0) return null;
  const mayUnlink = incident.allowedActions.includes('LINK');
  const unlink = async ({ kind, target }: Facts['links'][number]) => {
    if (target === null) return; // Whoever may link sees every number.
    try {
      setError(null);
      const input = { id: incident.id, expectedVersion: incident.version, kind, target };
      const { incident: changed } = await request(UnlinkIncidentDocument, { input });
      queryClient.setQueryData(queries.incident(incident.number).queryKey, changed);
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
      void queryClient.invalidateQueries({ queryKey: queries.incident(incident.number).queryKey });
    }
  };
  return (
    <section>
      <h2>{text('links.title')}</h2>
      {error && <Failure error={error} retry={() => setError(null)} />}
      <ul className="links">
        {incident.links.map((link, index) => (
          <li key={`${link.kind}.${link.target ?? index}`}>
            {wordFor(text, 'linkKind', link.kind)}{' '}
            {link.incident ? (
              <Link to="/incidents/$id" params={{ id: link.incident.number }} search={true}>
                {link.incident.number} {link.incident.title}
              </Link>
            ) : (
              (link.target ?? text('links.hidden'))
            )}{' '}
            {link.incident && (
              <span className="quiet">{wordFor(text, customer ? 'customerState' : 'state', link.incident.state)}</span>
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

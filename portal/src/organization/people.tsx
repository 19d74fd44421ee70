import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { peopleQuery } from './queries.ts';
import { ReasonedButtons } from './reasoned-buttons.tsx';

/** The people of an organization, as far as the reader sees them, and what the reader may do with each. */
export function People({ id }: { id: string }) {
  const text = useText();
  const people = useQuery(peopleQuery(useSession().api, id));
  return (
    <section>
      <h2>{text('organization.people')}</h2>
      <Loaded of={people} lines={4}>
        {({ nodes, pageInfo }) => (
          <>
            <div className="scroll" role="region" aria-label={text('organization.people')} tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{text('organization.person')}</th>
                    <th scope="col">{text('organization.roles')}</th>
                    <th scope="col">{text('organization.status')}</th>
                    <th scope="col">{text('action.group')}</th>
                  </tr>
                </thead>
                <tbody>
                  {nodes.map((person) => (
                    <tr key={person.id}>
                      <th scope="row">
                        {person.name}
                        <br />
                        <span className="quiet">{[person.email, person.phone].filter(Boolean).join(' · ')}</span>
                      </th>
                      <td>
                        {person.memberships
                          .filter(({ organization }) => organization?.id === id)
                          .flatMap(({ roles }) => roles.map((role) => text.word('role', role)))
                          .join(', ')}
                      </td>
                      <td>{text.word('person.status', person.status)}</td>
                      <td>
                        <ReasonedButtons noun="person" record={{ ...person, number: person.name }} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {pageInfo.hasNextPage && <p className="quiet">{text('organization.people.many')}</p>}
          </>
        )}
      </Loaded>
    </section>
  );
}

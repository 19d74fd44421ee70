import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { agentsQuery } from './queries.ts';
import { ReasonedButtons } from './reasoned-buttons.tsx';

/** The companies that may act for a distributor now or later, and what the reader may do about it. */
export function Agents({ id }: { id: string }) {
  const text = useText();
  const { api, format } = useSession();
  const agents = useQuery(agentsQuery(api, id));
  return (
    <section>
      <h2>{text('organization.agents')}</h2>
      <Loaded of={agents} lines={2}>
        {(authorizations) =>
          authorizations.length === 0 ? (
            <p>{text('organization.agents.none')}</p>
          ) : (
            <div className="scroll" role="region" aria-label={text('organization.agents')} tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{text('organization.agent')}</th>
                    <th scope="col">{text('organization.scopes')}</th>
                    <th scope="col">{text('organization.period')}</th>
                    <th scope="col">{text('action.group')}</th>
                  </tr>
                </thead>
                <tbody>
                  {authorizations.map((authorization) => {
                    const { agent, scopes, validFrom, validTo } = authorization;
                    const [from, to] = [format.instant(validFrom), format.instant(validTo)];
                    return (
                      <tr key={authorization.id}>
                        <th scope="row">{agent?.name}</th>
                        <td>{scopes.map((scope) => text.word('authorization.scope', scope)).join(', ')}</td>
                        <td>{text('organization.period.of', { from, to })}</td>
                        <td>
                          <ReasonedButtons
                            noun="authorization"
                            record={{ ...authorization, number: agent?.code ?? '' }}
                          />
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

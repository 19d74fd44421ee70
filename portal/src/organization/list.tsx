import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { organizationsQuery } from './queries.ts';
import { OrganizationTexts } from './texts.tsx';

/** The organizations that the reader sees. */
export function OrganizationsPage() {
  return (
    <OrganizationTexts>
      <Organizations />
    </OrganizationTexts>
  );
}

function Organizations() {
  const text = useText();
  const organizations = useInfiniteQuery(organizationsQuery(useSession().api));
  return (
    <div className="page narrow">
      <h1>{text('organizations.title')}</h1>
      <Loaded of={organizations} lines={8}>
        {({ pages }) => (
          <ul>
            {pages
              .flatMap(({ nodes }) => nodes)
              .map(({ id, code, name, status }) => (
                <li key={id}>
                  <Link to="/organizations/$id" params={{ id: code }}>
                    {name}
                  </Link>{' '}
                  <span className="quiet">{code}</span>{' '}
                  {status !== 'ACTIVE' && <span className="badge">{text.word('organization.status', status)}</span>}
                </li>
              ))}
          </ul>
        )}
      </Loaded>
      {organizations.hasNextPage && (
        <Button variant="default" size="compact-sm" onClick={() => void organizations.fetchNextPage()}>
          {text('organizations.more')}
        </Button>
      )}
    </div>
  );
}

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../api/loaded.tsx';
import { NotFoundPage } from '../app/not-found.tsx';
import { useSession } from '../app/session-context.ts';
import type { OrganizationFactsFragment } from '../generated/api.ts';
import { Fact } from '../record/fact.tsx';
import { useText } from '../text/text.ts';
import { Agents } from './agents.tsx';
import { AuthorizeForm } from './authorize.tsx';
import { EditForm } from './edit.tsx';
import { InviteForm } from './invite.tsx';
import { People } from './people.tsx';
import { organizationQuery } from './queries.ts';
import { ReasonedButtons } from './reasoned-buttons.tsx';
import { OrganizationTexts } from './texts.tsx';

/** One organization: its data, its people, and who may act for it. */
export function OrganizationPage() {
  const { id = '' } = useParams({ strict: false });
  const organization = useQuery(organizationQuery(useSession().api, id));
  return (
    <OrganizationTexts>
      <Loaded of={organization} page lines={8}>
        {(found) => (found ? <Organization organization={found} /> : <NotFoundPage />)}
      </Loaded>
    </OrganizationTexts>
  );
}

/** The forms of the page, by the action that each carries out. */
const FORMS = { UPDATE: EditForm, INVITE_PERSON: InviteForm, AUTHORIZE_AGENT: AuthorizeForm } as const;

type FormAction = keyof typeof FORMS;

function Organization({ organization }: { organization: OrganizationFactsFragment }) {
  const text = useText();
  const { id, code, name, type, allowedActions } = organization;
  const [open, setOpen] = useState<FormAction | null>(null);
  const Form = open === null ? null : FORMS[open];
  const forms = allowedActions.filter((action): action is FormAction => action in FORMS);
  return (
    <div className="page narrow">
      <p>
        <Link to="/organizations">{text('organizations.title')}</Link>
      </p>
      <h1>{name}</h1>
      <div className="action-bar" role="group" aria-label={text('action.group')}>
        {forms.map((action) => (
          <Button key={action} size="compact-sm" variant="default" onClick={() => setOpen(action)}>
            {text.word('organization.action', action)}
          </Button>
        ))}
        <ReasonedButtons noun="organization" record={{ ...organization, number: code }} />
      </div>
      <Facts organization={organization} />
      {Form && <Form organization={organization} onClose={() => setOpen(null)} />}
      <People id={id} />
      {type === 'LDC' && <Agents id={id} />}
    </div>
  );
}

function Facts({ organization }: { organization: OrganizationFactsFragment }) {
  const text = useText();
  const { code, type, status, address, contacts } = organization;
  return (
    <dl className="facts">
      <Fact name={text('organization.code')}>{code}</Fact>
      <Fact name={text('organization.type')}>{text.word('organization.type', type)}</Fact>
      <Fact name={text('organization.status')}>
        <span className="badge">{text.word('organization.status', status)}</span>
      </Fact>
      <Fact name={text('organization.address')}>
        {address && [address.street, address.city, address.province, address.postalCode, address.country].join(', ')}
      </Fact>
      {(contacts ?? []).map(({ rank, name, email, phone }) => (
        <Fact key={rank} name={text.word('organization.rank', rank)}>
          {[name, email, phone].filter(Boolean).join(' · ')}
        </Fact>
      ))}
    </dl>
  );
}

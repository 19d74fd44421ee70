import { NativeSelect, Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { KeyTable } from '../app/key-sheet.tsx';
import { prefer, usePreferences } from '../app/preferences.ts';
import { useSession } from '../app/session-context.ts';
import { PageTexts } from '../text/page-texts.tsx';
import { useText } from '../text/text.ts';
import en from './page-messages.en.json';
import fr from './page-messages.fr.json';
import { ProfileForm } from './profile-form.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    personPages: keyof typeof en;
  }
}

/** The reader's profile, and what the reader can choose for this browser. */
export function ProfilePage() {
  return (
    <PageTexts messages={{ EN: en, FR: fr }}>
      <Profile />
    </PageTexts>
  );
}

function Profile() {
  const text = useText();
  const { me } = useSession();
  return (
    <div className="page narrow">
      <h1>{text('profile.title')}</h1>
      <dl className="facts">
        <div>
          <dt>{text('profile.name')}</dt>
          <dd>{me.name}</dd>
        </div>
        {me.memberships.map(({ organization, roles }) => (
          <div key={organization?.id ?? roles.join()}>
            <dt>
              {organization ? (
                <Link to="/organizations/$id" params={{ id: organization.code }}>
                  {organization.name}
                </Link>
              ) : (
                text('profile.organization')
              )}
            </dt>
            <dd>{roles.map((role) => text.word('role', role)).join(', ')}</dd>
          </div>
        ))}
      </dl>
      <p>
        <Link to="/following">{text('nav.following')}</Link>
      </p>
      <p>{text('profile.lead')}</p>
      <ProfileForm />
      <h2>{text('profile.browser')}</h2>
      <BrowserForm />
      <h2>{text('keys.title')}</h2>
      <KeyTable />
    </div>
  );
}

/** What is kept in this browser, for everybody who uses it. */
function BrowserForm() {
  const text = useText();
  const { me, format } = useSession();
  const { clock, singleKeys } = usePreferences();
  return (
    <div className="form">
      <NativeSelect
        label={text('profile.clock')}
        description={text('profile.clock.now', { time: format.instant(new Date().toISOString()) })}
        value={clock}
        data={[
          { value: 'LOCAL', label: text('profile.clock.local', { zone: me.timeZone }) },
          { value: 'MARKET', label: text('profile.clock.market') },
        ]}
        onChange={(event) => prefer({ clock: event.currentTarget.value === 'MARKET' ? 'MARKET' : 'LOCAL' })}
      />
      <Switch
        label={text('profile.keys')}
        description={text('profile.keys.hint')}
        checked={singleKeys}
        onChange={(event) => prefer({ singleKeys: event.currentTarget.checked })}
      />
    </div>
  );
}

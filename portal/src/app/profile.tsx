import { NativeSelect, Switch } from '@mantine/core';
import { useText } from '../text/text.ts';
import { KeyTable } from './key-sheet.tsx';
import { prefer, usePreferences } from './preferences.ts';
import { useSession } from './session-context.ts';

/** What a person can choose for this browser. */
export function ProfilePage() {
  const text = useText();
  const { me, language, format } = useSession();
  const { clock, singleKeys } = usePreferences();
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
            <dt>{organization?.name ?? text('profile.organization')}</dt>
            <dd>{roles.map((role) => text.word('role', role)).join(', ')}</dd>
          </div>
        ))}
      </dl>
      <div className="form">
        <NativeSelect
          label={text('profile.language')}
          value={language}
          data={[
            { value: 'EN', label: 'English' },
            { value: 'FR', label: 'Français' },
          ]}
          onChange={(event) => prefer({ language: event.currentTarget.value === 'FR' ? 'FR' : 'EN' })}
        />
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
      <h2>{text('keys.title')}</h2>
      <KeyTable />
    </div>
  );
}

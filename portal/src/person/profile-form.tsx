import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Loaded } from '../api/loaded.tsx';
import { prefer } from '../app/preferences.ts';
import { meQuery } from '../app/queries.ts';
import { useSession } from '../app/session-context.ts';
import { useDraftForm } from '../forms/draft-form.ts';
import { ChoiceField, LineField } from '../forms/field.tsx';
import { FormShell } from '../forms/form-shell.tsx';
import { ANY_TEXT, chosen, given, oneOf } from '../forms/values.ts';
import { LANGUAGES, UpdateMyProfileDocument, type MyProfileQuery } from '../generated/api.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { phoneNumber } from './phone.ts';
import { profileQuery } from './queries.ts';

/** The desk forgets who somebody was within moments of a change; then the session speaks the new language. In milliseconds. */
const SESSION_LATER_MS = 1_000;

const FIELDS = { language: oneOf(LANGUAGES), timeZone: ANY_TEXT, phone: ANY_TEXT };
/** Zones of Ontario: browsers leave out those that keep the same time as another today. */
const ONTARIO_ZONES = ['America/Toronto', 'America/Thunder_Bay', 'America/Atikokan', 'America/Winnipeg'];
const LANGUAGE_NAMES = { EN: 'English', FR: 'Français' } as const;

type Me = NonNullable<MyProfileQuery['me']>;

/** Language, zone and telephone number, which the desk keeps for every browser of the reader. */
export function ProfileForm() {
  const profile = useQuery(profileQuery(useSession().api));
  return <Loaded of={profile}>{(me) => me?.person && <LoadedForm key={me.person.version} me={me} />}</Loaded>;
}

function LoadedForm({ me }: { me: Me }) {
  const text = useText();
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const { api, check } = useSession();
  const form = useDraftForm({
    draftName: 'profile',
    about: 'profile',
    fields: FIELDS,
    initial: { language: me.language, timeZone: me.timeZone, phone: me.person?.phone ?? '' },
    check: () => ({}),
    send: async ({ language, timeZone, phone }, idempotencyKey) =>
      api.write(UpdateMyProfileDocument, {
        expectedVersion: me.person?.version ?? 0,
        language: chosen(language),
        timeZone,
        phone: phoneNumber(given(phone)),
        idempotencyKey,
      }),
    done: () => {
      announce('done', text('profile.saved'));
      // The person's own language counts now, in place of what was chosen in this browser before.
      prefer({ language: null });
      void queryClient.invalidateQueries({ queryKey: profileQuery(api).queryKey });
      void queryClient.invalidateQueries({ queryKey: meQuery(api).queryKey });
      void check();
      setTimeout(() => void check(), SESSION_LATER_MS);
    },
  });
  const zones = [...new Set([me.timeZone, ...ONTARIO_ZONES, ...Intl.supportedValuesOf('timeZone')])].sort();
  return (
    <FormShell form={form} className="form">
      <ChoiceField
        form={form}
        name="language"
        label={text('profile.language')}
        choices={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        chosen
      />
      <ChoiceField
        form={form}
        name="timeZone"
        label={text('profile.timeZone')}
        choices={zones.map((value) => ({ value, label: value }))}
        chosen
      />
      <LineField
        form={form}
        name="phone"
        label={text('profile.phone')}
        hint={text('profile.phone.hint')}
        type="tel"
        autoComplete="tel"
      />
      <footer>
        <Button type="submit" loading={form.sending}>
          {text('profile.save')}
        </Button>
      </footer>
    </FormShell>
  );
}

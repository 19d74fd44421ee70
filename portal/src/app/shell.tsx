import { NativeSelect } from '@mantine/core';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { CatchUp } from '../live/catch-up.tsx';
import { LiveDot } from '../live/live-dot.tsx';
import { useText, type MessageId } from '../text/text.ts';
import { useCommand, useKeyboard } from './commands.ts';
import { KeySheet } from './key-sheet.tsx';
import { APP_KEYS, ariaKeys, type Command } from './keys.ts';
import { LanguageSwitch } from './language-switch.tsx';
import { alwaysShown, commandsOf, useNouns, type Address, type NavigationEntry } from './noun.ts';
import { useNow } from './now.ts';
import { Palette } from './palette.tsx';
import { prefer, usePreferences } from './preferences.ts';
import { useSession } from './session-context.ts';
import { hereAndNow, signInAddress, signOut } from './sign-in.ts';

/** The reader is warned this long before the session ends, in milliseconds. */
const SESSION_WARNING_MS = 2 * 60_000;

/** What stands around every page: the name, where to go, how live the page is, and the keyboard. */
export function Shell() {
  const text = useText();
  const navigate = useNavigate();
  const nouns = useNouns();
  const commands = useMemo(() => commandsOf(nouns), [nouns]);
  const entries = nouns.flatMap(({ navigation }) => navigation ?? []);
  const [overlay, setOverlay] = useState<'palette' | 'sheet' | null>(null);
  const close = () => setOverlay(null);
  useKeyboard(commands);
  useCommand(APP_KEYS.palette, () => setOverlay('palette'));
  useCommand(APP_KEYS.sheet, () => setOverlay('sheet'));
  useCommand(APP_KEYS.goHome, () => void navigate({ to: '/' }));
  useCommand(APP_KEYS.goDashboard, () => void navigate({ to: '/dashboard' }));
  useCommand(APP_KEYS.goProfile, () => void navigate({ to: '/profile' }));
  return (
    <>
      <a className="skip" href="#main">
        {text('skip')}
      </a>
      <header className="top">
        <Link to="/" className="word-mark">
          {/* The name is the same in both languages but for the words "Service Desk". */}
          {text('name')}
        </Link>
        <button
          type="button"
          className="palette-button"
          aria-keyshortcuts={ariaKeys(APP_KEYS.palette)}
          onClick={() => setOverlay('palette')}
        >
          {text('palette.button')} <kbd>Ctrl K</kbd>
        </button>
        <ActingFor />
        <ClockSwitch />
        <LanguageSwitch />
        <LiveDot />
        <Account />
      </header>
      <nav className="main-nav" aria-label={text('nav.label')}>
        <Link to="/">{text('nav.home')}</Link>
        <Link to="/dashboard">{text('nav.dashboard')}</Link>
        {entries.map((entry) => (
          <NavigationLink key={entry.label} {...entry} />
        ))}
        <a href="/explorer">{text('nav.explorer')}</a>
        <button
          type="button"
          className="plain"
          aria-keyshortcuts={ariaKeys(APP_KEYS.sheet)}
          onClick={() => setOverlay('sheet')}
        >
          {text('nav.keys')}
        </button>
      </nav>
      <SessionWarning />
      <CatchUp />
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <PageTitle />
      {overlay === 'palette' && <Palette onClose={close} />}
      {overlay === 'sheet' && <KeySheet onClose={close} />}
    </>
  );
}

/** A link to a page of a noun, and the commands that lead there. */
function NavigationLink({ label, address, commands = [], useShown = alwaysShown, Badge }: NavigationEntry) {
  const text = useText();
  if (!useShown()) return null;
  return (
    <>
      <Link
        {...address}
        activeOptions={{ includeSearch: false }}
        aria-keyshortcuts={commands[0] && ariaKeys(commands[0])}
      >
        {text(label)} {Badge && <Badge />}
      </Link>
      {commands.map((command) => (
        <Leads key={command.label} command={command} address={address} />
      ))}
    </>
  );
}

/** Lets a command lead to a page. A list on the page may answer to the same keys itself. */
function Leads({ command, address }: { command: Command; address: Address }) {
  const navigate = useNavigate();
  useCommand(command, () => void navigate(address));
  return null;
}

/** For agents: for which of their distributors they act. It stands on every page, and goes with every request. */
function ActingFor() {
  const text = useText();
  const { clients } = useSession();
  const { actingFor } = usePreferences();
  if (clients.length === 0) return null;
  return (
    <NativeSelect
      size="xs"
      className="acting-for"
      aria-label={text('actingFor.label')}
      value={clients.some(({ id }) => id === actingFor) ? (actingFor ?? '') : ''}
      data={[
        { value: '', label: text('actingFor.all', { count: clients.length }) },
        ...clients.map(({ id, code, name }) => ({ value: id, label: `${name} (${code})` })),
      ]}
      onChange={(event) => prefer({ actingFor: event.currentTarget.value || null })}
    />
  );
}

/** Switches every time on the page between the reader's zone and the market's. */
function ClockSwitch() {
  const text = useText();
  const { format } = useSession();
  const { clock } = usePreferences();
  return (
    <button
      type="button"
      className="plain"
      aria-pressed={clock === 'MARKET'}
      title={format.zone}
      onClick={() => prefer({ clock: clock === 'MARKET' ? 'LOCAL' : 'MARKET' })}
    >
      {text('clockSwitch')}
    </button>
  );
}

function Account() {
  const text = useText();
  const { me } = useSession();
  return (
    <span className="account">
      <Link to="/profile">{me.name}</Link>
      <button
        type="button"
        className="plain"
        onClick={() => void signOut().then((address) => location.assign(address))}
      >
        {text('signOut')}
      </button>
    </span>
  );
}

/** Warns before the session ends. The gateway puts the end off while the session is used, so it is asked before anybody is alarmed. */
function SessionWarning() {
  const text = useText();
  const { format, endsAt, check } = useSession();
  const now = useNow();
  const near = Date.parse(endsAt) - now < SESSION_WARNING_MS;
  const [asked, setAsked] = useState(false);
  if (asked && !near) setAsked(false);
  useEffect(() => {
    if (near) void check().then(() => setAsked(true));
  }, [near, now, check]);
  if (!near || !asked) return null;
  return (
    <p className="banner warning" role="alert">
      {text('session.ends', { time: format.time(endsAt) })}{' '}
      <a href={signInAddress(hereAndNow())}>{text('session.again')}</a>
    </p>
  );
}

/** The document's title follows the page, and the focus goes to the page's start when the reader goes somewhere. */
function PageTitle() {
  const text = useText();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const title = useRouterState({ select: (state) => state.matches.findLast(hasTitle)?.staticData.title });
  const [, page = '', number] = path.split('/');
  useEffect(() => {
    const words = text(title ?? 'notFound.title');
    document.title = [number && decodeURIComponent(number), words, text('name')].filter(Boolean).join(' – ');
  });
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    const { activeElement } = document;
    const typing = activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement;
    if (!typing) document.getElementById('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page]);
  return null;
}

function hasTitle({ staticData }: { staticData: { title?: MessageId } }): boolean {
  return staticData.title !== undefined;
}

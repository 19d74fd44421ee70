import { NativeSelect } from '@mantine/core';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useCommand, useKeyboard } from '../commands.ts';
import { useDesk } from '../desk.tsx';
import { ariaKeys } from '../keys.ts';
import { useNow } from '../now.ts';
import { prefer, usePreferences } from '../preferences.ts';
import { signInAddress, signOut } from '../session.ts';
import { useText } from '../text.ts';
import { CatchUp } from './catch-up.tsx';
import { KeySheet } from './key-sheet.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import { LiveDot } from './live-dot.tsx';
import { Palette } from './palette.tsx';

/** The reader is warned this long before the session ends, in milliseconds. */
const SESSION_WARNING_MS = 2 * 60_000;

/** What stands around every page: the name, where to go, how live the page is, and the keyboard. */
export function Shell() {
  const text = useText();
  const navigate = useNavigate();
  const { reports } = useDesk();
  const [overlay, setOverlay] = useState<'palette' | 'sheet' | null>(null);
  const close = () => setOverlay(null);
  useKeyboard();
  useCommand('palette', () => setOverlay('palette'));
  useCommand('sheet', () => setOverlay('sheet'));
  useCommand('create', reports ? () => void navigate({ to: '/report' }) : null);
  useCommand('goHome', () => void navigate({ to: '/' }));
  useCommand('goIncidents', () => void navigate({ to: '/incidents', search: { open: true } }));
  useCommand('goDashboard', () => void navigate({ to: '/dashboard' }));
  useCommand('goProfile', () => void navigate({ to: '/profile' }));
  // A list on the page answers to this key itself; elsewhere it leads to the list.
  useCommand('search', () => void navigate({ to: '/incidents', search: { open: true } }));
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
          aria-keyshortcuts={ariaKeys('palette')}
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
        <Link to="/incidents" search={{ open: true }} activeOptions={{ includeSearch: false }}>
          {text('nav.incidents')}
        </Link>
        <Link to="/dashboard">{text('nav.dashboard')}</Link>
        {reports && (
          <Link to="/report" aria-keyshortcuts={ariaKeys('create')}>
            {text('nav.report')}
          </Link>
        )}
        <a href="/explorer">{text('nav.explorer')}</a>
        <button
          type="button"
          className="plain"
          aria-keyshortcuts={ariaKeys('sheet')}
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

/** For agents: for which of their distributors they act. It stands on every page, and goes with every request. */
function ActingFor() {
  const text = useText();
  const { clients } = useDesk();
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
  const { format } = useDesk();
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
  const { me } = useDesk();
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
  const { format, sessionEndsAt, checkSession } = useDesk();
  const now = useNow();
  const near = Date.parse(sessionEndsAt) - now < SESSION_WARNING_MS;
  const [asked, setAsked] = useState(false);
  if (asked && !near) setAsked(false);
  useEffect(() => {
    if (near) void checkSession().then(() => setAsked(true));
  }, [near, now, checkSession]);
  if (!near || !asked) return null;
  return (
    <p className="banner warning" role="alert">
      {text('session.ends', { time: format.time(sessionEndsAt) })}{' '}
      <a href={signInAddress(location.pathname + location.search)}>{text('session.again')}</a>
    </p>
  );
}

/** The document's title follows the page, and the focus goes to the page's start when the reader goes somewhere. */
function PageTitle() {
  const text = useText();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [, page = '', number] = path.split('/');
  const title = text(PAGE_TITLES[page] ?? 'notFound.title');
  useEffect(() => {
    document.title = [number && decodeURIComponent(number), title, text('name')].filter(Boolean).join(' – ');
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

const PAGE_TITLES: Readonly<
  Record<string, 'nav.home' | 'nav.incidents' | 'nav.dashboard' | 'nav.report' | 'profile.title'>
> = {
  '': 'nav.home',
  incidents: 'nav.incidents',
  dashboard: 'nav.dashboard',
  report: 'nav.report',
  profile: 'profile.title',
};

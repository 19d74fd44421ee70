import './styles/kit.ts';
import './styles/base.css';
import './styles/shell.css';
import './styles/incidents.css';
import './styles/record.css';
import './styles/forms.css';
import './styles/pages.css';
import './styles/narrow.css';
import { colorsTuple, createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { IntlProvider } from 'react-intl';
import { ApiError, rateWaitMs } from './api/client.ts';
import { Failure } from './components/failure.tsx';
import { Waiting } from './components/waiting.tsx';
import { DeskProvider, useDesk } from './desk.tsx';
import type { Language } from './generated/api.ts';
import { SignInPage } from './pages/sign-in.tsx';
import { usePreferences } from './preferences.ts';
import { createPortalRouter } from './routes.tsx';
import type { Session } from './session.ts';
import { useSession } from './session-watch.ts';
import { LOCALES, MESSAGES } from './text.ts';

/** A read is tried this often again; a refusal that will not change is not, nor one for its rate that asks for a long wait. */
const READ_RETRIES_MAX = 2;
const PASSING: ReadonlySet<string> = new Set(['OFFLINE', 'SERVICE_UNAVAILABLE', 'SERVER_BUSY', 'UNREADABLE']);

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < READ_RETRIES_MAX && passes(error),
      retryDelay: (failures, error) => (error instanceof ApiError ? error.retryAfterMs : null) ?? 1_000 * 2 ** failures,
      // The live feed says when something changed; coming back to the window says nothing.
      refetchOnWindowFocus: false,
      // The desk may run on this very machine: whether there is an internet is not the question.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

// The shades themselves stand in `styles/base.css`, where contrast is looked after; the kit only wants to know the names.
const theme = createTheme({
  colors: { desk: colorsTuple('#0b5394'), note: colorsTuple('#7a4b00') },
  primaryColor: 'desk',
  cursorType: 'pointer',
  respectReducedMotion: true,
});

function passes(error: Error): boolean {
  return error instanceof ApiError && (PASSING.has(error.code) || rateWaitMs(error) !== null);
}

/** What was read for a person is no other's. */
const forget = () => queryClient.clear();

/** Decides who is signed in and in which language the page speaks, and shows the portal or the sign-in page. */
function App() {
  const { session, ended, check } = useSession(forget);
  const chosen = usePreferences().language;
  const language = chosen ?? languageOf(session);
  useEffect(() => {
    document.documentElement.lang = LOCALES[language];
  }, [language]);

  return (
    <IntlProvider locale={LOCALES[language]} messages={MESSAGES[language]} defaultLocale={LOCALES[language]}>
      {session === null && <Waiting page />}
      {session instanceof Error && <Failure error={session} retry={() => void check()} page />}
      {session && !(session instanceof Error) && !session.signedIn && <SignInPage session={session} ended={ended} />}
      {session && !(session instanceof Error) && session.signedIn && (
        <DeskProvider key={session.id} session={session} language={language} checkSession={check}>
          <Pages />
        </DeskProvider>
      )}
    </IntlProvider>
  );
}

function Pages() {
  const { queries } = useDesk();
  const context = { queryClient: useQueryClient(), queries };
  const [router] = useState(() => createPortalRouter(context));
  return <RouterProvider router={router} context={context} />;
}

function languageOf(session: Session | Error | null): Language {
  if (session && 'signedIn' in session && session.signedIn) return session.language;
  return navigator.language.toLowerCase().startsWith('fr') ? 'FR' : 'EN';
}

const place = document.getElementById('root');
if (!place) throw new Error('The page has no place for the portal.');
createRoot(place).render(
  // The kit's colours and sizes come from a file, not from a style element: the page runs under `style-src 'self'`.
  <MantineProvider theme={theme} forceColorScheme="light" withCssVariables={false} withGlobalClasses={false}>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </MantineProvider>,
);

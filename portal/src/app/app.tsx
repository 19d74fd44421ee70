import '../live/live.css';
import './shell.css';
import './numbers.css';
import './pages.css';
import { colorsTuple, createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { RouterProvider, type AnyRoute } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { IntlProvider } from 'react-intl';
import { ApiError, rateWaitMs } from '../api/client.ts';
import { PASSING } from '../api/error-codes.ts';
import { Failure } from '../api/failure.tsx';
import { Waiting } from '../api/waiting.tsx';
import type { Language } from '../generated/api.ts';
import { LOCALES } from '../text/text.ts';
import { AnnouncerProvider } from '../ui/announcer-context.tsx';
import { useTexts } from './messages.ts';
import { NounsContext, useNouns, type Noun } from './noun.ts';
import { usePreferences } from './preferences.ts';
import { createPortalRouter } from './router.tsx';
import { useSession } from './session-context.ts';
import { SessionProvider } from './session-provider.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { useSignIn } from './sign-in-watch.ts';
import type { SignIn } from './sign-in.ts';

/** A read is tried this often again; a refusal that will not change is not. */
const READ_RETRIES_MAX = 2;
/** One that is refused for its rate waits as long as the desk asks, and is tried this often again. */
const RATE_RETRIES_MAX = 20;

/** How long after the first page the other pages are fetched, in milliseconds. */
const PAGES_LATER_MS = 1_000;

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < retriesMax(error),
      // Asking costs points too, also where it is refused: what waited in vain waits longer the next time.
      retryDelay: (failures, error) => {
        const askedMs = error instanceof ApiError ? error.retryAfterMs : null;
        return askedMs === null ? 1_000 * 2 ** failures : Math.max(askedMs, Math.min(250 * 2 ** failures, 5_000));
      },
      // The live feed says when something changed; coming back to the window says nothing.
      refetchOnWindowFocus: false,
      // The desk may run on this very machine: whether there is an internet is not the question.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

// The shades themselves stand in `ui/base.css`, where contrast is looked after; the kit only wants to know the names.
const theme = createTheme({
  colors: { desk: colorsTuple('#0b5394'), note: colorsTuple('#7a4b00') },
  primaryColor: 'desk',
  cursorType: 'pointer',
  respectReducedMotion: true,
});

function retriesMax(error: Error): number {
  if (rateWaitMs(error) !== null) return RATE_RETRIES_MAX;
  return error instanceof ApiError && PASSING.has(error.code) ? READ_RETRIES_MAX : 0;
}

/** What was read for a person is no other's. */
const forget = () => queryClient.clear();

/** The portal, with what its nouns give it. */
export function App({ nouns }: { nouns: readonly Noun[] }) {
  return (
    // The kit's colours and sizes come from a file, not from a style element: the page runs under `style-src 'self'`.
    <MantineProvider theme={theme} forceColorScheme="light" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <NounsContext value={nouns}>
          <Portal />
        </NounsContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Decides who is signed in and in which language the page speaks, and shows the pages or the sign-in page. */
function Portal() {
  const { signIn, ended, check } = useSignIn(forget);
  const chosen = usePreferences().language;
  const language = chosen ?? languageOf(signIn);
  const texts = useTexts(language);
  const shown = texts?.language ?? language;
  useEffect(() => {
    document.documentElement.lang = LOCALES[shown];
  }, [shown]);

  if (!texts) return null;
  return (
    <IntlProvider locale={LOCALES[shown]} messages={texts.messages} defaultLocale={LOCALES[shown]}>
      {signIn === null && <Waiting page />}
      {signIn instanceof Error && <Failure error={signIn} retry={() => void check()} page />}
      {signIn && !(signIn instanceof Error) && !signIn.signedIn && <SignInPage signedOut={signIn} ended={ended} />}
      {signIn && !(signIn instanceof Error) && signIn.signedIn && (
        <AnnouncerProvider key={signIn.id}>
          <SessionProvider signedIn={signIn} language={shown} check={check}>
            <Pages />
          </SessionProvider>
        </AnnouncerProvider>
      )}
    </IntlProvider>
  );
}

function Pages() {
  const context = { queryClient: useQueryClient(), api: useSession().api };
  const nouns = useNouns();
  const [router] = useState(() => createPortalRouter(nouns, context));
  useEffect(() => {
    // Pages that come behind the first load are fetched once the first one stands: each must open while the line is down.
    const later = setTimeout(() => {
      for (const route of Object.values<AnyRoute>(router.routesById))
        void router.loadRouteChunk(route)?.catch(() => undefined);
    }, PAGES_LATER_MS);
    return () => clearTimeout(later);
  }, [router]);
  return <RouterProvider router={router} context={context} />;
}

function languageOf(signIn: SignIn | Error | null): Language {
  if (signIn && 'signedIn' in signIn && signIn.signedIn) return signIn.language;
  return navigator.language.toLowerCase().startsWith('fr') ? 'FR' : 'EN';
}

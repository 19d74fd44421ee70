import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext } from '@tanstack/react-router';
import type { Api } from '../api/client.ts';
import type { MessageId } from '../text/text.ts';
import { NotFoundPage } from './not-found.tsx';
import { Shell } from './shell.tsx';

/** What every route may use while it loads. */
export interface RouteContext {
  queryClient: QueryClient;
  api: Api;
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** The title of the page, and of those below it that have none of their own. */
    title?: MessageId;
  }
}

/** The route above all others. */
export const rootRoute = createRootRouteWithContext<RouteContext>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
});

export { DraftKnownErrorPage } from './draft.tsx';
export { KnownErrorsPage } from './list.tsx';
export { KnownErrorPage } from './page.tsx';

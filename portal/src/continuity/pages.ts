export { DeclarePage } from './declare.tsx';
export { ContinuityPage } from './list.tsx';
export { ContinuityEventPage } from './page.tsx';

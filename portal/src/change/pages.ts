export { ChangesPage } from './list.tsx';
export { ChangePage } from './page.tsx';
export { ProposePage } from './propose.tsx';

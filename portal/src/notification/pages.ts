export { InboxPage } from './list.tsx';

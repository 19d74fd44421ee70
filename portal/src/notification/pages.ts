export { FollowingPage } from './following.tsx';
export { InboxPage } from './list.tsx';

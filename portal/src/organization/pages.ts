export { OrganizationsPage } from './list.tsx';
export { OrganizationPage } from './page.tsx';

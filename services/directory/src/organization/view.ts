import type { Connection } from '@desk/kit/api/page';
import type { Organization } from './organization.ts';

/** A page of organizations, as the API shows it. */
export type OrganizationPage = Connection<Organization>;

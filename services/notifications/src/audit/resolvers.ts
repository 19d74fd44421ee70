import { forbidden } from '@desk/kit/write/request';
import type * as api from '../generated/api.ts';
import { mayReadAudit } from './policy.ts';

export const auditQueries = {
  notificationsAudit(_root, _args, { viewer, log }) {
    if (!mayReadAudit(viewer)) throw forbidden('Only auditors and administrators may check the audit log.');
    return log.verify();
  },
} satisfies Partial<api.QueryResolvers>;

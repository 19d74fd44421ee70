import { forbidden } from '@desk/kit/write/request';
import type * as api from '../generated/api.ts';
import { mayReadAudit } from './policy.ts';

const Query = {
  directoryAudit(_root, _args, { viewer, log }) {
    if (!mayReadAudit(viewer)) throw forbidden('The audit log is for auditors and administrators.');
    return log.verify();
  },
} satisfies api.QueryResolvers;

/** Resolvers of the audit log. */
export const auditResolvers = { Query };

import type { QueryClient } from '@tanstack/react-query';
import { lines } from '../forms/action-field.ts';
import { createActionDialog, type ActionDialog, type ActionNoun, type ActionRecord } from '../forms/action-form.tsx';
import {
  EndAgentAuthorizationDocument,
  ReinstateOrganizationDocument,
  ReinstatePersonDocument,
  SuspendOrganizationDocument,
  SuspendPersonDocument,
  type TypedDocument,
} from '../generated/api.ts';
import { useText } from '../text/text.ts';
import { ORGANIZATION_KEY } from './queries.ts';

/** What every action sends. */
interface ReasonInput {
  id: string;
  expectedVersion: number;
  idempotencyKey?: string | null;
  reason: string;
}

const FIELDS = { reason: lines('organization.reason') };

/** Reads everything about organizations anew. */
export function refreshOrganizations(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: ORGANIZATION_KEY });
}

/** The actions that take a reason, by the noun and the action's code. */
export const REASONED: Readonly<Record<string, ActionDialog<ActionRecord>>> = {
  'organization.SUSPEND': reasoned('organization', SuspendOrganizationDocument, true),
  'organization.REINSTATE': reasoned('organization', ReinstateOrganizationDocument),
  'person.SUSPEND': reasoned('person', SuspendPersonDocument, true),
  'person.REINSTATE': reasoned('person', ReinstatePersonDocument),
  'authorization.END': reasoned('authorization', EndAgentAuthorizationDocument, true),
};

function reasoned(
  noun: string,
  document: TypedDocument<{ payload: unknown }, { input: ReasonInput }>,
  withdraws = false,
): ActionDialog<ActionRecord> {
  return createActionDialog<ActionRecord, never, typeof FIELDS>(aboutOf(noun), {
    fields: FIELDS,
    standing: () => ({ reason: 'required' }),
    withdraws,
    send: async (api, { reason }, { decided }) => {
      await api.write(document, { ...decided, reason });
      // The page reads it anew: it shows more than the payload holds.
      return null;
    },
  });
}

function aboutOf(noun: string): ActionNoun<ActionRecord, never> {
  return {
    name: noun,
    words: `${noun}.action`,
    useChoices: () => () => [],
    keep: refreshOrganizations,
    ChangesSince,
  };
}

function ChangesSince() {
  return <p>{useText()('organization.changed')}</p>;
}

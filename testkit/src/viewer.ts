import type { Viewer } from '@desk/kit/api/viewer';

/** A viewer with what matters to a test. */
export function buildViewer(viewer: Partial<Viewer> & { id: string }): Viewer {
  return { kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false, ...viewer };
}

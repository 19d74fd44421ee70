/** Runs Jest with arguments that ask for a list of suites as JSON, and answers the list. */
export type RunJest = (args: string[]) => string[];
export function unitSuites(jest: RunJest): string[];
export function changedSuites(jest: RunJest, changed?: string[]): string[];

/** The workaround that a form holds; undefined where its steps are empty. */
export function workaroundIn(steps: string, tested: string): { steps: string; tested: boolean } | undefined {
  return steps.trim() ? { steps, tested: tested === 'yes' } : undefined;
}

/** The codes in a line of a form, between commas. */
export function codesIn(line: string): string[] {
  return line
    .split(',')
    .map((code) => code.trim())
    .filter(Boolean);
}

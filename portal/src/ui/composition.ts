/** The code that browsers give a key which an input method takes. Some say only this, and not `isComposing`, at the end of a composition. */
const TAKEN_BY_INPUT_METHOD = 229;

/** True of a key that composes a character, as Enter that chooses one: it does nothing else. */
export function composes({ isComposing, keyCode }: { isComposing: boolean; keyCode: number }): boolean {
  return isComposing || keyCode === TAKEN_BY_INPUT_METHOD;
}

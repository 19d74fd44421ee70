/** Every text in English, of every folder. The reader's language is loaded with the page, the other one behind it. */
export default allOf(
  import.meta.glob<Readonly<Record<string, string>>>('../*/messages.en.json', { eager: true, import: 'default' }),
);

function allOf(folders: Readonly<Record<string, Readonly<Record<string, string>>>>): Record<string, string> {
  return Object.assign({}, ...Object.values(folders)) as Record<string, string>;
}

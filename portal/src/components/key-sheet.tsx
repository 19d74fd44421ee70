import { KEYS, type KeyScope } from '../keys.ts';
import { usePreferences } from '../preferences.ts';
import { useText, wordFor } from '../text.ts';
import { Dialog } from './dialog.tsx';

const SCOPES: readonly KeyScope[] = ['everywhere', 'list', 'incident'];

/** All keys in a dialog. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { singleKeys } = usePreferences();
  return (
    <Dialog title={text('keys.title')} onClose={onClose} wide>
      <p className="quiet">{text(singleKeys ? 'keys.hint.on' : 'keys.hint.off')}</p>
      <KeyTable />
    </Dialog>
  );
}

/** Every key and what it does, grouped by where it works. */
export function KeyTable() {
  const text = useText();
  return (
    <div className="key-table">
      {SCOPES.map((scope) => (
        <table key={scope}>
          <caption>{text(`keys.scope.${scope}`)}</caption>
          <tbody>
            {KEYS.filter((binding) => binding.scope === scope).map(({ command, keys }) => (
              <tr key={command}>
                <th scope="row">
                  {keys.split(/[ +]/).map((key) => (
                    <kbd key={key}>{wordFor(text, 'keyName', key)}</kbd>
                  ))}
                </th>
                <td>{text(`command.${command}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

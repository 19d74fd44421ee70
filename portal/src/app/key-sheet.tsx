import { useText } from '../text/text.ts';
import { Dialog } from '../ui/dialog.tsx';
import { commandsOf, useNouns } from './noun.ts';
import { usePreferences } from './preferences.ts';

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
  const commands = commandsOf(useNouns());
  return (
    <div className="key-table">
      {[...new Set(commands.map(({ scope }) => scope))].map((scope) => (
        <table key={scope}>
          <caption>{text(scope)}</caption>
          <tbody>
            {commands
              .filter((command) => command.scope === scope)
              .map(({ keys, label }) => (
                <tr key={label}>
                  <th scope="row">
                    {keys.split(/[ +]/).map((key) => (
                      <kbd key={key}>{text.word('keyName', key)}</kbd>
                    ))}
                  </th>
                  <td>{text(label)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

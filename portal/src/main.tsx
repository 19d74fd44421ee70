import './ui/styles.ts';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { NOUNS } from './nouns.ts';

const place = document.getElementById('root');
if (!place) throw new Error('The page has no place for the portal.');
createRoot(place).render(<App nouns={NOUNS} />);

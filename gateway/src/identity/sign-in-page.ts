import { createHash } from 'node:crypto';
import { Refusal } from '@desk/kit/api/errors';

const WORDS = {
  en: {
    title: 'Sign-in did not work',
    again: 'Sign in again',
    home: 'To the start page',
    reference: 'Reference',
    unavailable: 'The sign-in service does not answer. Try again in a minute.',
    suspended: 'You are suspended at this desk. Call the service desk to learn why, and until when.',
    organization: 'Your organization is suspended at this desk. Call the service desk to learn why, and until when.',
    failed: 'It took too long, or was stopped. If it goes on, call the service desk.',
    unknown:
      'You signed in, but this desk does not know you. Ask the administrator of your organization to invite the e-mail address of your account, or call the service desk.',
  },
  fr: {
    title: 'La connexion a échoué',
    again: 'Se connecter de nouveau',
    home: 'Vers la page d’accueil',
    reference: 'Référence',
    unavailable: 'Le service de connexion ne répond pas. Réessayez dans une minute.',
    suspended: 'Votre accès est suspendu. Appelez le centre de services pour savoir pourquoi et jusqu’à quand.',
    organization:
      'Votre organisation est suspendue. Appelez le centre de services pour savoir pourquoi et jusqu’à quand.',
    failed: 'La connexion a pris trop de temps ou a été arrêtée. Si cela persiste, appelez le centre de services.',
    unknown:
      'Vous êtes connecté, mais ce bureau ne vous connaît pas. Demandez à l’administrateur de votre organisation d’inviter l’adresse de courriel de votre compte, ou appelez le centre de services.',
  },
} as const;

/** The word for the reason of a refusal. */
const WORD_OF: Readonly<Record<string, 'suspended' | 'organization'>> = {
  PRINCIPAL: 'suspended',
  ORGANIZATION: 'organization',
};

const STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
section { border-block-start: 4px solid #0b5394; margin-block: 2rem; padding-block-start: 1rem }
h1 { font-size: 1.5rem; margin: 0 }
code { overflow-wrap: anywhere }`;

/** What a policy of content must allow for the page's style. */
export const SIGN_IN_STYLE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** A sign-in that the provider did not bring to its end, or not in time. */
export class SignInFailed extends Refusal {
  constructor() {
    super('UNAUTHENTICATED', 'The sign-in failed, or took too long. Start it again.');
  }
}

/** The page for a browser whose sign-in failed: in both languages, since the person's preference is not known yet. */
export function signInFailedPage(refusal: Refusal, requestId: string): string {
  const why = reasonOf(refusal);
  const part = (language: keyof typeof WORDS) => {
    const words = WORDS[language];
    return `<section lang="${language}"><h1>${words.title}</h1><p>${words[why]}</p>
      <p><a href="/sign-in">${words.again}</a> · <a href="/">${words.home}</a></p>
      <p>${words.reference}: <code>${requestId}</code></p></section>`;
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${WORDS.en.title} · ${WORDS.fr.title}</title>
    <link rel="icon" href="/favicon.svg">
    <style>${STYLE}</style>
  </head>
  <body><main>${part('en')}${part('fr')}</main></body>
</html>
`;
}

function reasonOf(refusal: Refusal): 'unavailable' | 'failed' | 'unknown' | 'suspended' | 'organization' {
  if (refusal.code !== 'UNAUTHENTICATED') return 'unavailable';
  if (refusal instanceof SignInFailed) return 'failed';
  return WORD_OF[String(refusal.extensions['reason'])] ?? 'unknown';
}

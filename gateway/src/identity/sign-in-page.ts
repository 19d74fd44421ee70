import type { Refusal } from '@desk/kit/api/errors';

const WORDS = {
  en: {
    title: 'Sign-in did not work',
    again: 'Sign in again',
    home: 'To the start page',
    reference: 'Reference',
    unavailable: 'The sign-in service does not answer. Try again in a minute.',
    suspended: 'You are suspended at this desk. Call the service desk to learn why, and until when.',
    organization: 'Your organization is suspended at this desk. Call the service desk to learn why, and until when.',
    failed: 'It took too long, was stopped, or this desk does not know you. If it goes on, call the service desk.',
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
    failed:
      'La connexion a pris trop de temps, a été arrêtée, ou vous n’êtes pas inscrit. Si cela persiste, appelez le centre de services.',
  },
} as const;

/** The word for the reason of a refusal. */
const WORD_OF: Readonly<Record<string, 'suspended' | 'organization'>> = {
  PRINCIPAL: 'suspended',
  ORGANIZATION: 'organization',
};

/** The page for a browser whose sign-in failed: in both languages, since the person's preference is not known yet. */
export function signInFailedPage({ code, extensions }: Refusal, requestId: string): string {
  const part = (language: keyof typeof WORDS) => {
    const words = WORDS[language];
    const why = WORD_OF[String(extensions['reason'])] ?? 'failed';
    const reason = code === 'UNAUTHENTICATED' ? words[why] : words.unavailable;
    return `<section lang="${language}"><h1>${words.title}</h1><p>${reason}</p>
      <p><a href="/sign-in">${words.again}</a> · <a href="/">${words.home}</a></p>
      <p>${words.reference}: <code>${requestId}</code></p></section>`;
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${WORDS.en.title} · ${WORDS.fr.title}</title>
    <style>:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif } body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem }</style>
  </head>
  <body><main>${part('en')}${part('fr')}</main></body>
</html>
`;
}

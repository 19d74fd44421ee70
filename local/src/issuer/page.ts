import type { DemoPerson } from './demo-people.ts';

export type PageLanguage = 'en' | 'fr';

const WORDS = {
  en: {
    title: 'Sign in to the demo',
    lead: 'Everybody here is invented. Choose whom to be; no password is needed.',
    continueAs: (name: string) => `Continue as ${name}`,
    other: 'Français',
    refused: 'This sign-in request is not right',
  },
  fr: {
    title: 'Se connecter à la démonstration',
    lead: 'Toutes ces personnes sont fictives. Choisissez qui vous serez; aucun mot de passe n’est requis.',
    continueAs: (name: string) => `Continuer en tant que ${name}`,
    other: 'English',
    refused: 'Cette demande de connexion est incorrecte',
  },
} as const;

/** The page of one-click cards. Each is a link to the same request with the person named in `login_hint`. */
export function signInPage(language: PageLanguage, people: readonly DemoPerson[], request: URLSearchParams): string {
  const words = WORDS[language];
  const other = language === 'en' ? 'fr' : 'en';
  const cards = people.map(
    (person) =>
      `<li><a href="${link(request, { login_hint: person.login })}"><strong>${escaped(words.continueAs(person.name))}</strong>` +
      `<span>${escaped(language === 'fr' ? person.role_fr : person.role_en)}</span></a></li>`,
  );
  return page(
    language,
    words.title,
    `<p class="other"><a lang="${other}" href="${link(request, { ui_locales: other })}">${words.other}</a></p>
    <h1>${words.title}</h1><p>${words.lead}</p><ul>${cards.join('')}</ul>`,
  );
}

/** The page for a request that cannot be led back to the program that sent it. */
export function refusalPage(language: PageLanguage, reason: string): string {
  const { refused } = WORDS[language];
  return page(language, refused, `<h1>${refused}</h1><p>${escaped(reason)}</p>`);
}

/** Allows this page's own style and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem }
  .other { text-align: end; margin: 0 }
  ul { list-style: none; padding: 0; display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)) }
  li a { display: block; padding: 0.75rem 1rem; border: 1px solid #6b7684; border-radius: 0.5rem; color: inherit; text-decoration: none }
  li a:hover, li a:focus-visible { outline: 3px solid #009adb; outline-offset: 2px }
  strong, span { display: block }
`;

function page(language: PageLanguage, title: string, body: string): string {
  return `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <style>${STYLE}</style>
  </head>
  <body><main>${body}</main></body>
</html>
`;
}

function link(request: URLSearchParams, change: Record<string, string>): string {
  const target = new URLSearchParams(request);
  for (const [name, value] of Object.entries(change)) target.set(name, value);
  return escaped(`?${target}`);
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

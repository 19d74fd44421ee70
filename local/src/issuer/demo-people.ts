/** Somebody whom the demo issuer lets in with one click. */
export interface DemoPerson {
  /** What the directory knows the person by. */
  login: string;
  name: string;
  /** The person's part in a few words, for the card on the sign-in page. */
  role_en: string;
  role_fr: string;
  /** True for somebody whom the sign-in page does not offer: for trying what others see. */
  unlisted?: true;
  /** The e-mail address that this issuer has verified; left out: none. */
  email?: string;
}

/** One person for each part that the desk knows. The directory's demo data holds the same logins and names. */
export const DEMO_PEOPLE: readonly DemoPerson[] = [
  { login: 'lena', name: 'Lena Kowalchuk', role_en: 'LDC user', role_fr: 'Utilisatrice d’un distributeur' },
  { login: 'omar', name: 'Omar Haddad', role_en: 'LDC administrator', role_fr: 'Administrateur d’un distributeur' },
  { login: 'aga', name: 'Aga Nowicka', role_en: 'Agent of three LDCs', role_fr: 'Agente de trois distributeurs' },
  { login: 'pat', name: 'Pat Desjardins', role_en: 'Partner', role_fr: 'Partenaire' },
  { login: 'sam', name: 'Sam Okafor', role_en: 'SME analyst', role_fr: 'Analyste de l’ECI' },
  {
    login: 'cleo',
    name: 'Cléo Tremblay',
    role_en: 'SME change manager',
    role_fr: 'Gestionnaire des changements de l’ECI',
  },
  { login: 'bo', name: 'Bo Lindqvist', role_en: 'CAB member', role_fr: 'Membre du comité des changements' },
  {
    login: 'rae',
    name: 'Rae Whitefeather',
    role_en: 'SME continuity lead',
    role_fr: 'Responsable de la continuité de l’ECI',
  },
  { login: 'lou', name: 'Lou Gagnon', role_en: 'SME trainer', role_fr: 'Responsable de la formation de l’ECI' },
  { login: 'ada', name: 'Ada Mensah', role_en: 'Auditor', role_fr: 'Auditrice' },
  { login: 'root', name: 'Robin Root', role_en: 'SME administrator', role_fr: 'Administration de l’ECI' },
  {
    login: 'priya',
    name: 'Priya Raghunathan',
    role_en: 'User of another LDC',
    role_fr: 'Utilisatrice d’un autre distributeur',
    unlisted: true,
  },
];

/** People whom the directory does not know until somebody invites them. */
export const DEMO_NEWCOMERS: readonly DemoPerson[] = [
  {
    login: 'nina',
    name: 'Nina Okoye',
    role_en: 'New at an LDC',
    role_fr: 'Nouvelle chez un distributeur',
    unlisted: true,
    email: 'nina.okoye@maplebend.example',
  },
];

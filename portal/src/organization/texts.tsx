import type { ReactNode } from 'react';
import { PageTexts } from '../text/page-texts.tsx';
import en from './page-messages.en.json';
import fr from './page-messages.fr.json';

declare module '../text/text.ts' {
  interface MessageSets {
    organizationPages: keyof typeof en;
  }
}

const MESSAGES = { EN: en, FR: fr };

/** Gives the pages within the texts about organizations. */
export function OrganizationTexts({ children }: { children: ReactNode }) {
  return <PageTexts messages={MESSAGES}>{children}</PageTexts>;
}

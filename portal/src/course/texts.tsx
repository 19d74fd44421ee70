import type { ReactNode } from 'react';
import { PageTexts } from '../text/page-texts.tsx';
import en from './page-messages.en.json';
import fr from './page-messages.fr.json';

declare module '../text/text.ts' {
  interface MessageSets {
    coursePages: keyof typeof en;
  }
}

const MESSAGES = { EN: en, FR: fr };

/** Gives the pages within the texts of the academy. */
export function CourseTexts({ children }: { children: ReactNode }) {
  return <PageTexts messages={MESSAGES}>{children}</PageTexts>;
}

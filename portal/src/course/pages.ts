export { AcademyPage } from './list.tsx';
export { CoursePage } from './page.tsx';

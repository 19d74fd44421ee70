export { ProblemsPage } from './list.tsx';
export { OpenProblemPage } from './open.tsx';
export { ProblemPage } from './page.tsx';

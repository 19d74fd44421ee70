export { IncidentsPage } from './list.tsx';
export { IncidentPage } from './page.tsx';
export { ReportPage } from './report.tsx';

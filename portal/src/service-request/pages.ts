export { CataloguePage, OrderPage } from './catalogue.tsx';
export { RequestsPage } from './list.tsx';
export { RequestPage } from './page.tsx';

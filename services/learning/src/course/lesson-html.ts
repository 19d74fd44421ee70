import rehypeSanitize, { type Options } from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

/** What a lesson may hold. Nothing runs, and nothing is loaded from elsewhere. */
const SAFE: Options = {
  tagNames: [
    ...['h2', 'h3', 'h4', 'p', 'ul', 'ol', 'li', 'blockquote', 'code', 'pre', 'em', 'strong', 'a', 'br'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  attributes: { a: ['href'] },
  protocols: { href: ['https', 'mailto'] },
};

const processor = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype)
  .use(rehypeSanitize, SAFE)
  .use(rehypeStringify)
  .freeze();

/** A lesson's Markdown as HTML that is safe to show: rendered first, and made safe afterwards. HTML in it is not shown. */
export function lessonHtml(markdown: string): string {
  return String(processor.processSync(markdown));
}

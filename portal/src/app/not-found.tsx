import { Link } from '@tanstack/react-router';
import { useText } from '../text/text.ts';

/** One page for what does not exist and for what one may not see: the difference would tell too much. */
export function NotFoundPage() {
  const text = useText();
  return (
    <div className="page">
      <h1>{text('notFound.title')}</h1>
      <p>{text('notFound.text')}</p>
      <p>
        <Link to="/">{text('notFound.home')}</Link>
      </p>
    </div>
  );
}

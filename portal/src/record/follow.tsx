import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Failure } from '../api/failure.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { useSession } from '../app/session-context.ts';
import { FollowRecordDocument, MyFollowDocument, UnfollowRecordDocument } from '../generated/api.ts';
import { useText } from '../text/text.ts';

/** Follows the open record, or ends that. Nothing is shown while the desk cannot say whether it is followed: the page goes on without. */
export function Follow({ recordId }: { recordId: string }) {
  const text = useText();
  const { api } = useSession();
  const queryClient = useQueryClient();
  const queryKey = ['follow', recordId];
  const follow = useQuery({
    queryKey,
    queryFn: async () => (await api.request(MyFollowDocument, { recordId })).myFollow?.following ?? false,
  });
  const change = useMutation({
    mutationFn: (wanted: boolean) =>
      api.write(wanted ? FollowRecordDocument : UnfollowRecordDocument, {
        recordId,
        idempotencyKey: newIdempotencyKey(),
      }),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
  if (follow.data === undefined) return null;
  const following = follow.data;
  return (
    <>
      <button type="button" className="plain" disabled={change.isPending} onClick={() => change.mutate(!following)}>
        {text(following ? 'record.unfollow' : 'record.follow')}
      </button>
      {change.error && <Failure error={change.error} retry={() => change.mutate(change.variables)} />}
    </>
  );
}

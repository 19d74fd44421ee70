/** What every list of records can be narrowed by. */
export interface ListFilter {
  ids?: readonly string[] | null;
  /** Last changed at or after this instant. */
  updatedFrom?: Date | null;
  /** Last changed before this instant. */
  updatedBefore?: Date | null;
}

/** The part of a database's filter that narrows a list by ids and by the last change. Each field is taken by name: nothing else of a client's filter passes. */
export function listedBy({ ids, updatedFrom, updatedBefore }: ListFilter): {
  _id?: { $in: string[] };
  updatedAt?: { $gte?: Date; $lt?: Date };
} {
  return {
    ...(ids ? { _id: { $in: [...ids] } } : {}),
    ...(updatedFrom || updatedBefore
      ? {
          updatedAt: {
            ...(updatedFrom ? { $gte: updatedFrom } : {}),
            ...(updatedBefore ? { $lt: updatedBefore } : {}),
          },
        }
      : {}),
  };
}

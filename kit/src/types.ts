/** The paths of a mongoose schema, checked against the record: one that is missing or misspelt does not compile. */
export type Paths<Rec> = Record<keyof Rec, unknown>;

/** The resolvers that an API type is owed: one for each field that the record lacks, or holds in a type that does not fit. */
export type Owed<Api, Rec, Resolvers> = Required<
  Pick<
    Resolvers,
    {
      [K in keyof Api & keyof Resolvers]: K extends keyof Rec ? (Rec[K] extends Api[K] ? never : K) : K;
    }[keyof Api & keyof Resolvers]
  >
>;

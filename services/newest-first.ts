/** A page of rows that are sorted by when they were made, then by id, newest first. */
export interface NewestFirst {
  readonly limit: number;
  readonly offset: number;
  /** Only those that come after this one: its `createdAt` (ISO, in milliseconds) and id. */
  readonly after?: readonly [createdAt: string, id: string];
}

import type { Sequelize } from 'sequelize';
import { rowsOf } from '../core/database.ts';

/** Parts of one SQL statement; whatever a caller types stands in `bind`. */
export interface PageStatement {
  readonly columns: string;
  /** `from … where …`: what is counted. */
  readonly fits: string;
  /** `and …`: where on from there the page begins. */
  readonly beyond: string;
  readonly order: string;
  readonly bind: readonly unknown[];
  readonly limit: number;
  readonly offset: number;
}

/** Some rows, and how many there are on all pages. */
export interface CountedPage<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** One page and the count of all, in one query of the open unit of work; past the last page there are still rows to count. */
export async function countedPage<Row extends object>(
  db: Sequelize,
  { columns, fits, beyond, order, bind, limit, offset }: PageStatement,
): Promise<CountedPage<Row>> {
  const [limitAt, offsetAt] = [bind.length + 1, bind.length + 2];
  const found = await rowsOf<Row & { readonly totalOfAll: string; readonly place: string | null }>(
    db,
    `select counted."totalOfAll", page.*
     from (select count(*) as "totalOfAll" ${fits}) counted
     left join lateral (
       select row_number() over (order by ${order}) as place, ${columns} ${fits} ${beyond}
       order by ${order} limit $${limitAt} offset $${offsetAt}
     ) page on true
     order by page.place`,
    [...bind, limit, offset],
  );
  return { rows: found.filter(({ place }) => place !== null), total: Number(found[0]?.totalOfAll ?? 0) };
}
